import { applyNft } from "./nft.ts";
import { SNAT_TABLE } from "./snat-nodes.ts";

/**
 * Removes the node's translation and marks: for when another network plugin takes over. Open connections keep their
 * translation, which lives in conntrack.
 */
export function removeSnat({ netns }: { readonly netns?: string | undefined } = {}): void {
  const table = { family: "ip", name: SNAT_TABLE };
  // Adding first makes the deletion succeed whether or not the table exists.
  applyNft({ netns, commands: [{ add: { table } }, { delete: { table } }] });
}
