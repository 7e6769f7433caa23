import type { Random } from "../../../base/index.ts";
import type { KubeObject } from "../kube-object.ts";
import type { FieldCause } from "./field-error.ts";

/** A verb of API discovery. */
export type Verb =
  "create" | "delete" | "deletecollection" | "get" | "list" | "patch" | "update" | "watch";

/** A subresource as discovery tells of it. */
export interface Subresource {
  /** For example `status`, `scale`, `eviction`. */
  readonly name: string;
  /** The kind of its body; the parent's own group and version where none are given. */
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

/** A column of the Table that `kubectl get` prints. */
export interface Column {
  /** As in the Table; kubectl prints it in upper case. */
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  /** `name` on the column that holds the object's name. */
  readonly format?: string;
  readonly description?: string;
  /** 0 always shown, 1 only with `-o wide`. */
  readonly priority: number;
}

/** What a Table cell holds; kubectl prints null as nothing. */
export type Cell = string | number | boolean | null;

/** A remark on a row: kubectl hides rows of finished pods by it in some views. */
export interface RowCondition {
  readonly type: "Completed";
  readonly status: "True";
  readonly reason: string;
  readonly message?: string;
}

/** One printed object. */
export interface Row {
  readonly cells: readonly Cell[];
  readonly conditions?: readonly RowCondition[];
}

/** How the server deletes an object on DELETE. */
export type DeletionRule =
  /** It goes at once (once its finalizers are gone). */
  | { readonly kind: "immediate" }
  /**
   * A pod: it first gets a `deletionTimestamp` that many seconds ahead and is removed by its
   * kubelet with grace period 0. `graceSeconds` gives the period of the object when the request
   * names none; 0 means at once, as for a pod that was never bound or has ended.
   */
  | {
      readonly kind: "graceful";
      graceSeconds(object: KubeObject, requestedSeconds: number | undefined): number;
    }
  /** A namespace: it stays `Terminating` until its `spec.finalizers` are empty. */
  | { readonly kind: "namespace" };

/** How `spec.replicas` and the rest of an `autoscaling/v1` Scale are found in an object. */
export interface ScaleMapping {
  /** Paths as lists of keys. */
  readonly specReplicas: readonly string[];
  readonly statusReplicas: readonly string[];
  /** Where a selector (an object with matchLabels, a plain map, or a text) stands. */
  readonly selector?: readonly string[];
}

/** A user, as reviews tell of one (authentication.k8s.io/v1 UserInfo). */
export interface UserInfo {
  readonly username: string;
  /** Of a service account: its own uid. */
  readonly uid?: string;
  readonly groups: readonly string[];
}

/** What the hooks of a kind may use besides the objects. */
export interface AdmissionContext {
  readonly nowMs: number;
  readonly random: Random;
  /** The subresource that is written, for example `status`; undefined for the object itself. */
  readonly subresource?: string;
  /** The caller's name. */
  readonly user?: string;
  /**
   * Gives a free address of the service range, or confirms `wanted`. Undefined: the range is used
   * up, or `wanted` is taken or outside.
   */
  allocateClusterIp?(wanted?: string): string | undefined;
  /** Gives a free node port (30000–32767), or confirms `wanted`. */
  allocateNodePort?(wanted?: number): number | undefined;
  /** Who asks. */
  readonly userInfo?: UserInfo;
  /** Whose bearer token this is; undefined: nobody's. */
  userOfToken?(token: string): UserInfo | undefined;
  /** Reads another stored object, for admission that looks at it (priority classes, accounts). */
  lookUp?(ref: {
    group: string;
    plural: string;
    namespace?: string;
    name: string;
  }): KubeObject | undefined;
}

/**
 * A kind that is another one under another name or version: nothing is stored under it. Both
 * functions leave their argument as it is.
 */
export interface KindView {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  toStored(object: KubeObject): KubeObject;
  fromStored(object: KubeObject): KubeObject;
}

/**
 * One kind in one version: all that the server knows of it. Every function is pure and leaves its
 * arguments as they are.
 *
 * The order on create: `defaults`, then uid, name and timestamps, `prepareCreate`, `validate`.
 * On update: `defaults`, `prepareUpdate`, `validate`. `admission.ts` does this for all kinds.
 */
export interface KindDefinition {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  /** Set where this is another version or another face of a stored kind. */
  readonly viewOf?: KindView;
  /** False for reviews: POST is answered, nothing is kept. */
  readonly stored: boolean;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource[];
  /** Whether `status` is a subresource: then writes of the object keep the stored status. */
  readonly hasStatus: boolean;
  /** True where a new object keeps the status it comes with: a kubelet registers its whole Node. */
  readonly statusOnCreate?: boolean;
  /** Set where the kind has a `scale` subresource. */
  readonly scale?: ScaleMapping;
  /**
   * Which change raises `metadata.generation`: of `spec`, of anything besides metadata and status,
   * or none (the kind has no generation).
   */
  readonly generation: "spec" | "content" | "none";
  /** Which names are allowed. */
  readonly nameRule: "subdomain" | "label" | "label1035" | "pathSegment" | "any";
  readonly columns: readonly Column[];
  row(object: KubeObject, options: { nowMs: number }): Row;
  /** The fields a field selector may name, besides `metadata.name` and `metadata.namespace`. */
  readonly fieldSelectors: Readonly<Record<string, (object: KubeObject) => string>>;
  /** Fills what the real server fills when it decodes an object. */
  defaults(object: KubeObject): KubeObject;
  /** What is dropped or set when an object is born. Status has been dropped already. */
  prepareCreate(object: KubeObject, context: AdmissionContext): KubeObject;
  /** What of an update is kept or dropped. Status and generation have been seen to already. */
  prepareUpdate(next: KubeObject, old: KubeObject, context: AdmissionContext): KubeObject;
  /** The refused fields besides those of metadata; `old` on update. Empty: all is well. */
  validate(
    object: KubeObject,
    old: KubeObject | undefined,
    context: AdmissionContext,
  ): readonly FieldCause[];
  readonly deletion: DeletionRule;
}
