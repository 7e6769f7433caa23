import { admitUpdate } from "../kinds/admission.ts";
import { sameJson } from "../kinds/same-json.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject, ObjectKey } from "../kube-object.ts";
import { recordUpdate } from "../patches/managed-fields.ts";
import { type Cluster, shown, storedForm, tableOf } from "../server/cluster.ts";
import { badRequest, conflict, notFound } from "../server/status-error.ts";
import { admissionContext } from "./admission-context.ts";
import { mayGo } from "./deletion.ts";
import { requireValid } from "./refusals.ts";
import type { WriteOptions } from "./write-options.ts";

/** Which object is changed, and into what. */
export interface Alteration {
  readonly kind: KindDefinition;
  readonly key: ObjectKey;
  /** The wanted state, given the present one as clients see it. May throw StatusError. */
  readonly change: (current: KubeObject) => KubeObject;
  /** Whether `metadata.managedFields` of the new state are as they should be already: after server-side apply. */
  readonly managersKnown?: boolean;
}

const STALE =
  "the object has been modified; please apply your changes to the latest version and try again";

/**
 * Changes an object; of a stale version or another uid it is a conflict, of one without a version it isn't. A change of
 * nothing is not written. An object that only waited for its finalizers goes with the last of them. Returns its new state
 * as clients see it. Throws StatusError.
 */
export function updateObject(
  cluster: Cluster,
  { kind, key, change, managersKnown = false }: Alteration,
  options: WriteOptions,
): KubeObject {
  const table = tableOf(cluster, kind);
  const stored = table.get(key);
  if (stored === undefined) throw notFound(kind, key.name);
  const old = shown(kind, stored);
  const wanted = change(old);
  checkIdentity(kind, wanted, old);
  const admitted = admitUpdate(kind, { next: wanted, old }, admissionContext(cluster, options));
  requireValid(kind, admitted);
  const next = withVersionOf(admitted.object, old);
  if (sameJson(next, old)) return old;
  const ready = managersKnown ? next : withManager(cluster, kind, { next, old }, options);
  if (options.dryRun) return ready;
  const form = storedForm(kind, ready);
  if (mayGo(kind, ready)) return shown(kind, cluster.store.remove(table, key, form));
  return shown(kind, cluster.store.replace(table, form));
}

function checkIdentity(kind: KindDefinition, wanted: KubeObject, old: KubeObject): void {
  const { name, namespace, resourceVersion = "", uid = "" } = wanted.metadata;
  if (name !== old.metadata.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${old.metadata.name})`,
    );
  }
  if (namespace !== undefined && namespace !== old.metadata.namespace) {
    throw badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the URL (${old.metadata.namespace ?? ""})`,
    );
  }
  if (uid !== "" && uid !== old.metadata.uid) {
    throw conflict(
      kind,
      name,
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${old.metadata.uid ?? ""}`,
    );
  }
  if (resourceVersion !== "" && resourceVersion !== old.metadata.resourceVersion) {
    throw conflict(kind, name, STALE);
  }
}

function withVersionOf(next: KubeObject, { metadata }: KubeObject): KubeObject {
  const { namespace, resourceVersion } = metadata;
  return {
    ...next,
    metadata: {
      ...next.metadata,
      ...(namespace === undefined ? {} : { namespace }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
  };
}

function withManager(
  cluster: Cluster,
  kind: KindDefinition,
  { next, old }: { readonly next: KubeObject; readonly old: KubeObject },
  { manager, subresource }: WriteOptions,
): KubeObject {
  const schema = cluster.schemaOf(kind);
  if (schema === undefined || (old.metadata.managedFields ?? []).length === 0) return next;
  return recordUpdate(schema, old, next, {
    manager,
    timeMs: cluster.time.nowMs(),
    ...(subresource === undefined ? {} : { subresource }),
  });
}
