/**
 * What the API server stores: any Kubernetes object. Once stored it is never changed, only replaced; whoever wants
 * another one makes a copy. The fields are those of the API reference.
 */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [field: string]: unknown;
}

/** The metadata of an object (meta/v1 ObjectMeta). Times are RFC 3339 in whole seconds, `2026-01-02T03:04:05Z`. */
export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  /** Absent for objects of the cluster. */
  readonly namespace?: string;
  readonly uid?: string;
  /** A decimal number, of one counter for the whole server. */
  readonly resourceVersion?: string;
  /** 1 at first, then one more with each change of what is wanted (not of status or metadata). */
  readonly generation?: number;
  readonly creationTimestamp?: string | null;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly managedFields?: readonly ManagedFields[];
}

/** Who an object belongs to (meta/v1 OwnerReference). */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** Which fields a manager has set (meta/v1 ManagedFieldsEntry). */
export interface ManagedFields {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: "FieldsV1";
  readonly fieldsV1: Readonly<Record<string, unknown>>;
  readonly subresource?: string;
}

/** Which of several objects of one kind: its name, and its namespace unless it belongs to the cluster. */
export interface ObjectKey {
  readonly name: string;
  readonly namespace?: string | undefined;
}
