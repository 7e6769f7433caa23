import { applyNft } from "./nft.ts";
import { SNAT_TABLE } from "./snat-nodes.ts";

/**
 * Removes the node's translation and marks: for when another network plugin takes over. Open connections keep both in
 * conntrack, but need that plugin's rules to go on: its nat chains, and on further ENIs its copying of marks.
 */
export function removeSnat({ netns }: { readonly netns?: string | undefined } = {}): void {
  const table = { family: "ip", name: SNAT_TABLE };
  // Adding first makes the deletion succeed whether or not the table exists.
  applyNft({ netns, commands: [{ add: { table } }, { delete: { table } }] });
}
