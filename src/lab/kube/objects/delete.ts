import { assertNever } from "../../../base/index.ts";
import { sameJson } from "../kinds/same-json.ts";
import { invalid } from "../kinds/field-error.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject, ObjectKey } from "../kube-object.ts";
import { type Cluster, shown, tableOf, timestamp } from "../server/cluster.ts";
import { conflict, invalidObject, notFound } from "../server/status-error.ts";
import { without } from "../without.ts";
import { type DeleteOptions, finalizersFor, mayGo } from "./deletion.ts";
import { refuseImmortal } from "./namespace-lifecycle.ts";

/** What a deletion came to: the object is gone, or it is marked and waits. */
export interface Deleted {
  readonly gone: boolean;
  /** Its last state, as clients see it. */
  readonly object: KubeObject;
}

/** Which object, and how. */
export interface Deletion {
  readonly kind: KindDefinition;
  readonly key: ObjectKey;
  readonly options: DeleteOptions;
  readonly dryRun: boolean;
}

/**
 * Deletes an object, or begins to: pods that run wait for their kubelet, objects with finalizers for these, namespaces
 * for their contents. Throws StatusError.
 */
export function deleteObject(cluster: Cluster, { kind, key, options, dryRun }: Deletion): Deleted {
  const table = tableOf(cluster, kind);
  const stored = table.get(key);
  if (stored === undefined) throw notFound(kind, key.name);
  if (kind.deletion.kind === "namespace") refuseImmortal(key.name);
  checkOptions(kind, options, stored);
  const marked = mark(kind, stored, options, cluster.time.nowMs());
  const gone = mayGo(kind, marked);
  if (dryRun) return { gone, object: shown(kind, marked) };
  if (gone) {
    // The mark belongs to objects that wait. One that goes at once goes as it was.
    const last = stored.metadata.deletionTimestamp === undefined ? stored : marked;
    return { gone, object: shown(kind, cluster.store.remove(table, key, last)) };
  }
  if (sameJson(marked, stored)) return { gone, object: shown(kind, stored) };
  return { gone, object: shown(kind, cluster.store.replace(table, marked)) };
}

function checkOptions(kind: KindDefinition, options: DeleteOptions, object: KubeObject): void {
  const { preconditions: { uid, resourceVersion } = {}, propagationPolicy } = options;
  const { name } = object.metadata;
  if (uid !== undefined && uid !== object.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid ?? ""}`,
    );
  }
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
    throw conflict(
      kind,
      name,
      `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${object.metadata.resourceVersion ?? ""}`,
    );
  }
  const known = ["Orphan", "Background", "Foreground"];
  if (propagationPolicy !== undefined && !known.includes(propagationPolicy)) {
    const cause = invalid(
      "propagationPolicy",
      propagationPolicy,
      'must be one of "Foreground", "Background", "Orphan"',
    );
    throw invalidObject({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [cause]);
  }
}

function mark(
  kind: KindDefinition,
  object: KubeObject,
  options: DeleteOptions,
  nowMs: number,
): KubeObject {
  const { metadata } = object;
  const before = metadata.deletionGracePeriodSeconds;
  const graceSeconds = gracePeriod(kind, object, options.gracePeriodSeconds);
  const finalizers = finalizersFor(object, options);
  const begins = metadata.deletionTimestamp === undefined;
  // A later deletion may only shorten the time that is left.
  const sooner = begins || (before !== undefined && graceSeconds < before);
  const marked: KubeObject = {
    ...object,
    metadata: {
      ...without(metadata, "finalizers"),
      ...(finalizers.length === 0 ? {} : { finalizers }),
      ...(sooner
        ? {
            deletionTimestamp: timestamp(nowMs + graceSeconds * 1_000),
            deletionGracePeriodSeconds: graceSeconds,
          }
        : {}),
      ...(begins && metadata.generation !== undefined
        ? { generation: metadata.generation + 1 }
        : {}),
    },
  };
  return kind.deletion.kind === "namespace" ? terminating(marked) : marked;
}

function gracePeriod(
  kind: KindDefinition,
  object: KubeObject,
  requestedSeconds: number | undefined,
): number {
  switch (kind.deletion.kind) {
    case "graceful": {
      const repeated = object.metadata.deletionTimestamp !== undefined;
      const known = object.metadata.deletionGracePeriodSeconds;
      if (repeated && requestedSeconds === undefined && known !== undefined) return known;
      return kind.deletion.graceSeconds(object, requestedSeconds);
    }
    case "immediate":
    case "namespace":
      return 0;
    default:
      return assertNever(kind.deletion);
  }
}

function terminating(namespace: KubeObject): KubeObject {
  return { ...namespace, status: { ...(namespace["status"] as object), phase: "Terminating" } };
}
