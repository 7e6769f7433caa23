import { admitCreate } from "../kinds/admission.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject, ObjectMeta } from "../kube-object.ts";
import { type Cluster, shown, storedForm, tableOf, timestamp } from "../server/cluster.ts";
import { alreadyExists, badRequest, StatusError } from "../server/status-error.ts";
import { generateName, newUid } from "../server/uid.ts";
import { without } from "../without.ts";
import { admissionContext } from "./admission-context.ts";
import { requireNamespace } from "./namespace-lifecycle.ts";
import { requireValid } from "./refusals.ts";
import type { WriteOptions } from "./write-options.ts";

/** What is created, and where. */
export interface Creation {
  readonly kind: KindDefinition;
  readonly object: KubeObject;
  /** That of the request; undefined for a kind of the cluster. */
  readonly namespace: string | undefined;
  /** The object comes of server-side apply, and its `managedFields` are as they should be. */
  readonly applied?: boolean;
}

/** Stores a new object. Returns it as clients see it. Throws StatusError. */
export function createObject(
  cluster: Cluster,
  { kind, object, namespace, applied = false }: Creation,
  options: WriteOptions,
): KubeObject {
  const named = { ...object, metadata: newMetadata(cluster, object.metadata, namespace) };
  const { name } = named.metadata;
  if (namespace !== undefined) requireNamespace(cluster, kind, { name, namespace });
  const table = tableOf(cluster, kind);
  const admitted = admitCreate(kind, named, admissionContext(cluster, options));
  requireValid(kind, admitted);
  if (table.get(named.metadata) !== undefined) throw alreadyExists(kind, name);
  const ready = applied ? admitted.object : withoutManagers(admitted.object);
  if (options.dryRun) return ready;
  return shown(kind, cluster.store.create(table, storedForm(kind, ready)));
}

function newMetadata(
  cluster: Cluster,
  given: ObjectMeta,
  namespace: string | undefined,
): ObjectMeta {
  if ((given.resourceVersion ?? "") !== "") {
    throw new StatusError(
      { code: 500, reason: "" },
      "resourceVersion should not be set on objects to be created",
    );
  }
  if (namespace !== undefined && (given.namespace ?? namespace) !== namespace) {
    throw badRequest(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  const rest = without(
    given,
    "namespace",
    "resourceVersion",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
  );
  // Objects that are only being made may lack a name.
  const { name = "" } = given as Partial<ObjectMeta>;
  const base = given.generateName ?? "";
  return {
    ...rest,
    name: name === "" && base !== "" ? generateName(base, cluster.random) : name,
    ...(namespace === undefined ? {} : { namespace }),
    uid: newUid(cluster.random),
    creationTimestamp: timestamp(cluster.time.nowMs()),
  };
}

// Managers are recorded from the first apply on. For other objects nobody asks, and it would double their size.
function withoutManagers(object: KubeObject): KubeObject {
  if (object.metadata.managedFields === undefined) return object;
  return { ...object, metadata: without(object.metadata, "managedFields") };
}
