import type { NodeFeature } from "./cluster.ts";
import type { AgentConfig } from "./config.ts";
import { eniConfigName } from "./eni-place.ts";
import { errorFacts } from "./log.ts";
import type { Telemetry } from "./metrics/telemetry.ts";
import type { Node } from "./node.ts";

/**
 * Tells the VPC resource controller, through the node's CNINode, what this node wants: a trunk ENI, and with custom
 * networking the ENIConfig to make branch ENIs by. Only with `ENABLE_POD_ENI`. The controller makes the CNINode, perhaps
 * later than we start, so every change of the cluster is an occasion until all is said. Returns how to stop.
 */
export function announceFeatures(
  node: Node,
  { podEnis, telemetry }: Pick<AgentConfig, "podEnis"> & { readonly telemetry: Failures },
): () => void {
  const { cluster } = node;
  if (cluster === undefined || podEnis === "off") return () => undefined;
  const said = new Set<string>();
  let work: Promise<void> = Promise.resolve();
  const announce = (): void => {
    work = work.then(() => sayAll(node, said, telemetry));
  };
  announce();
  return cluster.onChange(announce);
}

type Failures = Pick<Telemetry, "notePodEniError">;

async function sayAll(node: Node, said: Set<string>, failures: Failures): Promise<void> {
  for (const feature of wantedFeatures(node)) {
    const key = JSON.stringify(feature);
    if (said.has(key)) continue;
    try {
      const outcome = await node.cluster?.addFeature(feature);
      if (outcome === "noCniNode") continue;
      said.add(key);
      node.log.info({ feature: feature.name, outcome }, "the CNINode has the feature");
    } catch (error) {
      failures.notePodEniError("tryEnableSecurityGroupsForPods");
      node.log.warn(
        { feature: feature.name, ...errorFacts(error) },
        "a feature could not be put into the node's CNINode; trying again with the next change",
      );
    }
  }
}

function wantedFeatures({ cluster, customNetworking }: Node): NodeFeature[] {
  const own = cluster?.node();
  if (own === undefined) return [];
  const trunk: NodeFeature = { name: "SecurityGroupsForPods" };
  const value = customNetworking === undefined ? "default" : eniConfigName(own, customNetworking);
  return value === "default" ? [trunk] : [{ name: "CustomNetworking", value }, trunk];
}
