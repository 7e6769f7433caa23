import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { Cluster } from "../server/cluster.ts";
import { forbidden, notFound } from "../server/status-error.ts";

const NAMESPACES = { group: "", plural: "namespaces" } as const;

// The real server's admission plugin NamespaceLifecycle protects these three.
const IMMORTAL = ["default", "kube-system", "kube-public"];

/** Refuses a new object in a namespace that isn't there (404) or is going away (403). */
export function requireNamespace(
  cluster: Cluster,
  kind: KindDefinition,
  object: { readonly name: string; readonly namespace: string },
): void {
  const namespace = cluster.store.table(NAMESPACES).get({ name: object.namespace });
  if (namespace === undefined) throw notFound(NAMESPACES, object.namespace);
  if (namespace.metadata.deletionTimestamp === undefined) return;
  throw forbidden(kind, object.name, {
    message: `unable to create new content in namespace ${object.namespace} because it is being terminated`,
    causes: [
      {
        reason: "NamespaceTerminating",
        message: `namespace ${object.namespace} is being terminated`,
        field: "metadata.namespace",
      },
    ],
  });
}

/** Refuses the deletion of a namespace that no cluster can be without. */
export function refuseImmortal(name: string): void {
  if (IMMORTAL.includes(name)) {
    throw forbidden(NAMESPACES, name, { message: "this namespace may not be deleted" });
  }
}
