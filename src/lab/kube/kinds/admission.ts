import type { KubeObject } from "../kube-object.ts";
import type { FieldCause } from "./field-error.ts";
import { without } from "./loose.ts";
import { validateMetadata, validateMetadataUpdate } from "./metadata-rules.ts";
import type { AdmissionContext, KindDefinition } from "./kind-definition.ts";
import { sameJson } from "./same-json.ts";

/** An object as it would be stored, and the fields that forbid storing it. */
export interface Admitted {
  readonly object: KubeObject;
  /** Empty: store it. Otherwise answer 422 `Invalid` with these causes. */
  readonly causes: readonly FieldCause[];
}

/**
 * Makes a decoded object ready to be stored for the first time. The server has already filled name,
 * namespace, uid and creationTimestamp. Fills defaults, drops status, sets the generation, lets the
 * kind do its part, and validates.
 */
export function admitCreate(
  kind: KindDefinition,
  object: KubeObject,
  context: AdmissionContext,
): Admitted {
  const born = withGeneration(
    kind,
    kind.hasStatus && kind.statusOnCreate !== true
      ? withStatusOf(kind.defaults(object), undefined)
      : kind.defaults(object),
    1,
  );
  const ready = kind.prepareCreate(born, context);
  return {
    object: ready,
    causes: [...validateMetadata(kind, ready), ...kind.validate(ready, undefined, context)],
  };
}

/** What an update changes: an object, its old state, and the subresource written to, if any. */
export interface Update {
  readonly next: KubeObject;
  readonly old: KubeObject;
}

/**
 * Makes a changed object ready to be stored. Keeps what no client may set (uid, timestamps, the
 * deletion mark); a write of the object keeps the stored status, a write of `status` keeps all but
 * the status (and a node's labels and annotations); raises the generation if the kind's rule says
 * so; lets the kind do its part; and validates.
 */
export function admitUpdate(
  kind: KindDefinition,
  update: Update,
  context: AdmissionContext,
): Admitted {
  const { old } = update;
  const merged = kind.defaults(mergeParts(kind, update, context.subresource));
  const prepared = kind.prepareUpdate(withSystemFields(merged, old), old, context);
  const generation = old.metadata.generation ?? 1;
  const object = withGeneration(
    kind,
    prepared,
    wantsMore(kind, prepared, old) ? generation + 1 : generation,
  );
  return {
    object,
    causes: [
      ...validateMetadata(kind, object),
      ...validateMetadataUpdate(object, old),
      ...kind.validate(object, old, context),
    ],
  };
}

function mergeParts(
  kind: KindDefinition,
  { next, old }: Update,
  subresource: string | undefined,
): KubeObject {
  if (subresource === "status") {
    // The metadata of the request counts: the resource controller labels nodes through /status.
    return withStatusOf({ ...old, metadata: next.metadata }, next["status"]);
  }
  return kind.hasStatus && subresource === undefined ? withStatusOf(next, old["status"]) : next;
}

function withStatusOf(object: KubeObject, status: unknown): KubeObject {
  if (status !== undefined) return { ...object, status };
  return object["status"] === undefined ? object : (without(object, "status") as KubeObject);
}

const SYSTEM_FIELDS = [
  "uid",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "generation",
] as const;

function withSystemFields(object: KubeObject, old: KubeObject): KubeObject {
  const kept = Object.fromEntries(
    SYSTEM_FIELDS.filter((field) => old.metadata[field] !== undefined).map((field) => [
      field,
      old.metadata[field],
    ]),
  );
  return { ...object, metadata: { ...without(object.metadata, ...SYSTEM_FIELDS), ...kept } };
}

function withGeneration(kind: KindDefinition, object: KubeObject, generation: number): KubeObject {
  if (kind.generation === "none") return object;
  return { ...object, metadata: { ...object.metadata, generation } };
}

function wantsMore(kind: KindDefinition, next: KubeObject, old: KubeObject): boolean {
  switch (kind.generation) {
    case "none":
      return false;
    case "spec":
      return !sameJson(next["spec"], old["spec"]);
    case "content":
      return !sameJson(contentOf(next), contentOf(old));
  }
}

function contentOf(object: KubeObject): unknown {
  return without(object, "metadata", "status");
}
