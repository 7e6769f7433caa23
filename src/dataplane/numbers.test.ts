import { expect, test } from "vitest";
import { formatIpv4 } from "../net/index.ts";
import { subnetGateway } from "./eni.ts";
import { eniRouteTable, POD_GATEWAY } from "./numbers.ts";
import { randomMac } from "./random-mac.ts";
import { cidr } from "./testing/values.ts";

test.each([
  { networkCard: 0, deviceIndex: 0, want: 254 },
  { networkCard: 0, deviceIndex: 1, want: 2 },
  { networkCard: 1, deviceIndex: 1, want: 10_101 },
  { networkCard: 2, deviceIndex: 3, want: 10_203 },
])("card $networkCard, device $deviceIndex: table $want", ({ want, ...place }) => {
  expect(eniRouteTable(place)).toBe(want);
});

test.each([
  ["10.10.0.0/16", "10.10.0.1"],
  ["10.0.96.0/19", "10.0.96.1"],
])("the gateway of %s is %s", (subnet, want) => {
  expect(formatIpv4(subnetGateway(cidr(subnet)))).toBe(want);
});

test("pods see the gateway 169.254.1.1", () => {
  expect(formatIpv4(POD_GATEWAY)).toBe("169.254.1.1");
});

test("random MACs are unicast, locally administered and different", () => {
  const macs = Array.from({ length: 500 }, randomMac);
  expect(new Set(macs).size).toBe(500);
  for (const text of macs) expect(text).toMatch(/^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/);
});
