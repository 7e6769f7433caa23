import { type KubeClient, type Resource, KubeError } from "../../../kube-client/index.ts";

/** A resource as API discovery tells of it. */
export interface ServedResource extends Resource {
  readonly verbs: readonly string[];
}

interface GroupList {
  readonly groups?: readonly { readonly preferredVersion?: { readonly groupVersion: string } }[];
}

interface ResourceList {
  readonly resources?: readonly {
    readonly name: string;
    readonly kind: string;
    readonly namespaced: boolean;
    readonly verbs: readonly string[];
  }[];
}

/**
 * The resources that the server serves now, each in the version it prefers, without subresources. Rejects with a
 * `KubeError` if one of its groups does not answer: who took half of them for all would overlook objects.
 */
export async function servedResources(client: KubeClient): Promise<ServedResource[]> {
  const groups = await getJson<GroupList>(client, "/apis");
  const versions = (groups?.groups ?? []).flatMap(
    ({ preferredVersion }) => preferredVersion?.groupVersion ?? [],
  );
  const lists = await Promise.all([
    resourcesOf(client, "v1"),
    ...versions.map((version) => resourcesOf(client, version)),
  ]);
  return lists.flat();
}

async function resourcesOf(client: KubeClient, groupVersion: string): Promise<ServedResource[]> {
  const path = groupVersion === "v1" ? "/api/v1" : `/apis/${groupVersion}`;
  const list = await getJson<ResourceList>(client, path);
  const slash = groupVersion.indexOf("/");
  const group = groupVersion.slice(0, Math.max(0, slash));
  const version = groupVersion.slice(slash + 1);
  return (list?.resources ?? [])
    .filter(({ name }) => !name.includes("/"))
    .map(({ name, kind, namespaced, verbs }) => ({
      group,
      version,
      plural: name,
      kind,
      namespaced,
      verbs,
    }));
}

/** Undefined if there is nothing at the path: the group has gone since it was listed. */
async function getJson<T>(client: KubeClient, path: string): Promise<T | undefined> {
  const { status, body } = await client.request({ method: "GET", path });
  if (status === 404) return undefined;
  if (status === 200) return JSON.parse(body.toString("utf8")) as T;
  throw new KubeError({
    status,
    reason: "DiscoveryFailed",
    message: `GET ${path} failed with ${status}: the API does not tell what it serves`,
    fix: "Try again; if it stays, look into the log of the API server.",
  });
}
