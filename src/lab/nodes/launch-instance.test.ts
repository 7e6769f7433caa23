import { expect, test } from "vitest";
import { newRandom } from "../../base/index.ts";
import { parseLabFile } from "../labfile/read-lab-file.ts";
import { buildRegion } from "../region/build-region.ts";
import { smallLab } from "../testing/labs.ts";
import { launchInstance } from "./launch-instance.ts";

test("a node's instance has its name, its subnet and a primary ENI; a full subnet is an error", () => {
  const nodes = "nodes: [{ name: n, instanceType: m5.large, subnet: out, count: 10 }]";
  const lab = parseLabFile("x", smallLab({ name: "t", rest: nodes }));
  const { region, subnetIds } = buildRegion(lab, { random: newRandom(1), nowMs: 0 });
  const subnetId = subnetIds.get("out");
  const [node] = lab.nodes;
  if (subnetId === undefined || node === undefined) throw new Error("the lab has both");
  const id = launchInstance(node, { region, subnetId });
  expect(region.tags.of(id)).toEqual(new Map([["Name", "n-1"]]));
  expect(region.instances.enisOf(id).map((eni) => eni.subnetId)).toEqual([subnetId]);
  const launchMany = () => {
    // 11 usable addresses, one of them the NAT gateway's, one the first node's.
    for (let count = 0; count < 10; count++) launchInstance(node, { region, subnetId });
  };
  expect(launchMany).toThrow(/Cannot launch node n-1: InsufficientFreeAddressesInSubnet/);
});
