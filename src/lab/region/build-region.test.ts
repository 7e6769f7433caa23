import { expect, test } from "vitest";
import { newRandom } from "../../base/index.ts";
import { formatCidr, formatIpv4 } from "../../net/index.ts";
import { parseLabFile } from "../labfile/read-lab-file.ts";
import { smallLab } from "../testing/labs.ts";
import { buildRegion } from "./build-region.ts";
import { zonesOf } from "./zones.ts";

const START = { random: newRandom(1), nowMs: 1000 };

test("a lab file becomes a region in which everything is ready", () => {
  const { region, subnetIds, vpcId } = buildRegion(
    parseLabFile("x", smallLab({ name: "t" })),
    START,
  );
  expect(region.records.vpcs.get(vpcId)?.state).toBe("available");
  const subnets = region.records.subnets.list();
  expect(subnets.map(({ state, zone }) => `${zone.id} ${state}`)).toEqual([
    "use1-az1 available",
    "use1-az2 available",
    "use1-az1 available",
    "use1-az3 available",
  ]);
  const routes = (name: string): string[] => {
    const id = subnetIds.get(name);
    const table = id === undefined ? undefined : region.routeTables.ofSubnet(id);
    return (table?.routes ?? []).map(({ target, state }) => `${target.kind} ${state}`);
  };
  expect(routes("a")).toEqual(["local active", "natGateway active"]);
  expect(routes("out")).toEqual(["local active", "internetGateway active"]);
  expect(routes("cut-off")).toEqual(["local active"]);
  const [nat] = region.records.natGateways.list();
  expect(nat?.state).toBe("available");
  expect(nat?.elasticIp && formatIpv4(nat.elasticIp.publicIp)).toBe("198.51.100.1");
});

test("a VPC with two blocks and no way out", () => {
  const lab = parseLabFile(
    "x",
    `name: t
vpc: { cidrs: [10.0.0.0/16, 100.64.0.0/16] }
subnets: [{ name: pods, zone: us-east-1a, cidr: 100.64.0.0/20 }]`,
  );
  const { region } = buildRegion(lab, START);
  expect(region.records.vpcs.list()[0]?.cidrs.map(({ cidr }) => formatCidr(cidr))).toEqual([
    "10.0.0.0/16",
    "100.64.0.0/16",
  ]);
  expect(region.records.internetGateways.list()).toEqual([]);
});

test("what the checks of the file let through and EC2 does not is an error in EC2's words", () => {
  const lab = parseLabFile(
    "x",
    `name: t
vpc: { cidrs: [10.0.0.0/16, 192.168.0.0/16] }
subnets: [{ name: pods, zone: us-east-1a, cidr: 10.0.0.0/20 }]`,
  );
  expect(() => buildRegion(lab, START)).toThrow(
    expect.objectContaining({ code: "labFile", facts: { code: "InvalidVpc.Range" } }),
  );
});

test.each([
  { region: "us-east-1", want: "use1-az1" },
  { region: "eu-central-2", want: "euc2-az1" },
  { region: "ap-southeast-2", want: "apse2-az1" },
])("zones of $region", ({ region, want }) => {
  const zones = zonesOf(region);
  expect(zones[0]).toEqual({ name: `${region}a`, id: want });
  expect(zones).toHaveLength(6);
});
