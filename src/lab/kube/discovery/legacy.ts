import type { KindDefinition } from "../kinds/kind-definition.ts";
import { apiVersionOf } from "../server/cluster.ts";
import type { ServedGroup } from "./group-versions.ts";

/** The body of `/api`. */
export function apiVersions(server: string): object {
  return {
    kind: "APIVersions",
    versions: ["v1"],
    serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: server }],
  };
}

/** The body of `/apis`. */
export function apiGroupList(groups: readonly ServedGroup[]): object {
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: groups.filter(({ group }) => group !== "").map((group) => groupBody(group)),
  };
}

/** The body of `/apis/<group>`. */
export function apiGroup(group: ServedGroup): object {
  return { kind: "APIGroup", apiVersion: "v1", ...groupBody(group) };
}

function groupBody({ group, versions }: ServedGroup): object {
  const list = versions.map(({ version }) => ({
    groupVersion: apiVersionOf({ group, version }),
    version,
  }));
  return { name: group, versions: list, preferredVersion: list[0] };
}

/** The body of `/api/v1` and `/apis/<group>/<version>`: the resources and their subresources. */
export function apiResourceList(groupVersion: string, kinds: readonly KindDefinition[]): object {
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion,
    resources: kinds.flatMap((kind) => [
      {
        name: kind.plural,
        singularName: kind.singular,
        namespaced: kind.namespaced,
        kind: kind.kind,
        verbs: kind.verbs,
        ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
        ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
      },
      ...kind.subresources.map((sub) => ({
        name: `${kind.plural}/${sub.name}`,
        singularName: "",
        namespaced: kind.namespaced,
        ...(sub.group === undefined ? {} : { group: sub.group }),
        ...(sub.version === undefined ? {} : { version: sub.version }),
        kind: sub.kind,
        verbs: sub.verbs,
      })),
    ]),
  };
}
