import { CNI_NODES, retryOnConflict } from "../kube-client/index.ts";
import type { CNINode, KubeClient } from "../kube-client/index.ts";
import type { NodeFeature } from "./cluster.ts";

/** Sets a feature in the CNINode `name`, which the VPC resource controller makes and reads; of its other fields none is touched. */
export async function addFeature(
  client: KubeClient,
  name: string,
  feature: NodeFeature,
): Promise<"added" | "present" | "noCniNode"> {
  return retryOnConflict(client.time, async () => {
    const cniNode = await client.tryGet(CNI_NODES, { name });
    if (cniNode === undefined) return "noCniNode";
    const features = withFeature(cniNode, feature);
    if (features === undefined) return "present";
    const metadata = { resourceVersion: cniNode.metadata?.resourceVersion };
    const body = { metadata, spec: { features } };
    await client.patch(CNI_NODES, { name }, { type: "merge", body });
    return "added";
  });
}

type Features = NonNullable<NonNullable<CNINode["spec"]>["features"]>;

/** The features with this one in place of others of its name; undefined if it is there. */
function withFeature({ spec }: CNINode, feature: NodeFeature): Features | undefined {
  const features = spec?.features ?? [];
  const value = "value" in feature ? feature.value : "";
  const same = features.filter(({ name }) => name === feature.name);
  if (same.some((each) => (each.value ?? "") === value)) return undefined;
  return [...features.filter(({ name }) => name !== feature.name), feature];
}
