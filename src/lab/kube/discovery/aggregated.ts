import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { ServedGroup } from "./group-versions.ts";

/** The versions of aggregated discovery, the newer one first. */
export const AGGREGATED_VERSIONS = ["v2", "v2beta1"] as const;

/** A version of aggregated discovery. */
export type AggregatedVersion = (typeof AGGREGATED_VERSIONS)[number];

/** The media type by which a client recognises that it got the aggregated document. */
export function aggregatedType(version: AggregatedVersion): string {
  return `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
}

/** The aggregated version that an Accept header prefers to the plain document; undefined if none. */
export function aggregatedWanted(accept: string | undefined): AggregatedVersion | undefined {
  for (const clause of (accept ?? "").split(",")) {
    const parameters = clause.split(";").map((part) => part.trim());
    if (parameters.includes("as=APIGroupDiscoveryList")) {
      const version = AGGREGATED_VERSIONS.find((known) => parameters.includes(`v=${known}`));
      if (version !== undefined && parameters[0] === "application/json") return version;
    } else if (parameters[0] === "application/json" || parameters[0] === "*/*") {
      return undefined;
    }
  }
  return undefined;
}

/** All resources of some groups in one document (apidiscovery.k8s.io APIGroupDiscoveryList). */
export function aggregated(groups: readonly ServedGroup[], version: AggregatedVersion): object {
  return {
    kind: "APIGroupDiscoveryList",
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ group, versions }) => ({
      metadata: group === "" ? {} : { name: group },
      versions: versions.map(({ version: ofGroup, kinds }) => ({
        version: ofGroup,
        freshness: "Current",
        resources: kinds.map(resource),
      })),
    })),
  };
}

function resource(kind: KindDefinition): object {
  return {
    resource: kind.plural,
    responseKind: { group: kind.group, version: kind.version, kind: kind.kind },
    scope: kind.namespaced ? "Namespaced" : "Cluster",
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
    ...(kind.subresources.length === 0
      ? {}
      : {
          subresources: kind.subresources.map((sub) => ({
            subresource: sub.name,
            responseKind: {
              group: sub.group ?? kind.group,
              version: sub.version ?? kind.version,
              kind: sub.kind,
            },
            verbs: sub.verbs,
          })),
        }),
  };
}
