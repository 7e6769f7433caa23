import type { KubeClient, Resource } from "../../../kube-client/index.ts";

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
 * The resources that the server serves now, each in the version it prefers, without subresources. A group that does
 * not answer is left out. Rejects if there is no answer at all.
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

/** Undefined unless the answer is 200. */
async function getJson<T>(client: KubeClient, path: string): Promise<T | undefined> {
  const { status, body } = await client.request({ method: "GET", path });
  return status === 200 ? (JSON.parse(body.toString("utf8")) as T) : undefined;
}
