import type { Zone } from "../../vpc/index.ts";

/** How zone ids abbreviate a region: us-east-1 is use1, ap-southeast-2 is apse2. */
const DIRECTIONS: Readonly<Record<string, string>> = {
  north: "n",
  northeast: "ne",
  east: "e",
  southeast: "se",
  south: "s",
  southwest: "sw",
  west: "w",
  northwest: "nw",
  central: "c",
};

/** Six zones, `us-east-1a` to `us-east-1f`, as many as the largest region has. */
export function zonesOf(region: string): readonly Zone[] {
  const parts = region.split("-");
  const short = parts.map((part) => DIRECTIONS[part] ?? part).join("");
  return Array.from("abcdef", (letter, index) => ({
    name: `${region}${letter}`,
    id: `${short}-az${index + 1}`,
  }));
}
