import { setTimeout as delay } from "node:timers/promises";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import type { Cluster } from "../server/cluster.ts";
import { forbidden } from "../server/status-error.ts";

const SERVICE_ACCOUNTS = { group: "", plural: "serviceaccounts" } as const;
const DEFAULT_ACCOUNT_WAIT_MS = 2_000;

/**
 * Refuses a pod whose service account isn't there. The account `default` of a new namespace is waited for, as the real
 * admission plugin does: a controller makes it a moment after the namespace. Throws StatusError.
 */
export async function requireServiceAccount(
  cluster: Cluster,
  kind: KindDefinition,
  { object, namespace }: { readonly object: KubeObject; readonly namespace: string },
): Promise<void> {
  const spec = (object["spec"] ?? {}) as { serviceAccountName?: string; serviceAccount?: string };
  const given = spec.serviceAccountName ?? spec.serviceAccount ?? "";
  const name = given === "" ? "default" : given;
  const table = cluster.store.table(SERVICE_ACCOUNTS);
  if (table.get({ namespace, name }) !== undefined) return;
  // A namespace that isn't there is the better thing to complain of.
  const home = cluster.store.table({ group: "", plural: "namespaces" }).get({ name: namespace });
  if (home === undefined || home.metadata.deletionTimestamp !== undefined) return;
  if (name === "default" && (await appears(cluster, namespace))) return;
  throw forbidden(kind, object.metadata.name, {
    message: `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
  });
}

async function appears({ store }: Cluster, namespace: string): Promise<boolean> {
  const stop = new AbortController();
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const unsubscribe = store.table(SERVICE_ACCOUNTS).onChange(({ object }) => {
    if (object.metadata.name === "default" && object.metadata.namespace === namespace)
      resolve(true);
  });
  const late = delay(DEFAULT_ACCOUNT_WAIT_MS, false, { signal: stop.signal }).catch(() => false);
  const found = await Promise.race([promise, late]);
  stop.abort();
  unsubscribe();
  return found;
}
