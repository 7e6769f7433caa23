import { expect, test } from "vitest";
import { newRandom } from "../../base/index.ts";
import { cidrOf, formatCidr, formatIpv4, toIpv4 } from "../../net/index.ts";
import type { Outcome, Region } from "../../vpc/index.ts";
import { parseLabFile } from "../labfile/read-lab-file.ts";
import { launchInstance } from "../nodes/launch-instance.ts";
import { buildRegion } from "../region/build-region.ts";
import { smallLab } from "../testing/labs.ts";
import { type FabricPlan, planFabric } from "./plan.ts";

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

function build() {
  const nodes = "nodes: [{ name: n, instanceType: m5.large, subnet: a }]";
  const lab = parseLabFile("x", smallLab({ name: "t", rest: nodes }));
  const { region, subnetIds } = buildRegion(lab, { random: newRandom(7), nowMs: 0 });
  const subnetId = subnetIds.get("a");
  const [node] = lab.nodes;
  if (subnetId === undefined || node === undefined) throw new Error("the lab has both");
  const instanceId = launchInstance(node, { region, subnetId });
  return { region, subnetId, instanceId };
}

function portsOf(plan: FabricPlan, region: Region): string[] {
  return [...plan.ports.values()]
    .filter(({ holder }) => holder.kind === "instance")
    .map(({ device, eniId, primary, blocks, sourceCheck }) => {
      const { addresses = [] } = region.records.enis.get(eniId) ?? {};
      expect(primary).toBe(addresses[0]);
      return `${device} ${blocks.length} ${sourceCheck ? "checked" : "unchecked"}`;
    });
}

test("what there is once: blocks, gateways, the NAT gateway and its addresses", () => {
  const { region } = build();
  const plan = planFabric(region);
  expect(plan.vpcCidrs.map(formatCidr)).toEqual(["10.0.0.0/16"]);
  expect(plan.gatewayAddresses.map(formatIpv4)).toEqual([
    "10.0.1.1",
    "10.0.2.1",
    "10.0.100.1",
    "10.0.3.1",
  ]);
  const [nat] = plan.natGateways;
  expect(nat && formatIpv4(nat.gateway)).toBe("10.0.100.1");
  expect(plan.publicAddresses).toMatchObject([{ privateIp: nat?.address }]);
  const natPort = [...plan.ports.values()].find(({ holder }) => holder.kind === "natGateway");
  expect(natPort).toMatchObject({ device: "eth0", sourceCheck: false, primary: nat?.address });
});

test("routes: each table with its subnets, to the gateways; the main table to nowhere", () => {
  const { region } = build();
  const shown = planFabric(region).routeTables.map(({ subnets, routes }) => ({
    subnets: subnets.map(formatCidr),
    routes: routes.map(({ destination, target }) => `${formatCidr(destination)} ${target.kind}`),
  }));
  expect(shown).toEqual([
    { subnets: ["10.0.3.0/24"], routes: [] },
    { subnets: ["10.0.100.0/28"], routes: ["0.0.0.0/0 internet"] },
    { subnets: ["10.0.1.0/24", "10.0.2.0/24"], routes: ["0.0.0.0/0 port"] },
  ]);
});

test("an ENI is plugged in from attached to detached, with its addresses and prefixes", () => {
  const { region, subnetId, instanceId } = build();
  const ports = () => portsOf(planFabric(region), region);
  expect(ports()).toEqual(["eth0 0 checked"]);
  const eni = must(region.enis.create({ subnetId, secondaryCount: 2 }));
  const attachment = must(region.attachments.attach({ eniId: eni.id, instanceId, deviceIndex: 1 }));
  expect(ports()).toEqual(["eth0 0 checked"]);
  region.advance(50);
  expect(ports()).toEqual(["eth0 0 checked", "eth1 2 checked"]);
  must(region.addresses.assign({ eniId: eni.id, prefixCount: 1 }));
  must(region.enis.modify(eni.id, { sourceDestCheck: false }));
  expect(ports()).toEqual(["eth0 0 checked", "eth1 3 unchecked"]);
  must(region.attachments.detach(attachment.id));
  expect(ports()).toEqual(["eth0 0 checked", "eth1 3 unchecked"]);
  region.advance(200);
  expect(ports()).toEqual(["eth0 0 checked"]);
});

test("routes to an ENI and to what has vanished", () => {
  const { region, subnetId, instanceId } = build();
  const [eni] = region.instances.enisOf(instanceId);
  const table = region.routeTables.ofSubnet(subnetId);
  if (eni === undefined) throw new Error("an instance has an ENI");
  const destination = { kind: "ipv4", cidr: cidrOf(toIpv4(0xac100000), 16) } as const;
  const target = { kind: "eni", id: eni.id } as const;
  must(region.routeTables.createRoute({ routeTableId: table.id, destination, target }));
  const [nat] = region.records.natGateways.list();
  if (nat === undefined) throw new Error("the lab has a NAT gateway");
  must(region.natGateways.delete(nat.id));
  region.advance(1000);
  const planned = planFabric(region).routeTables.find(({ id }) => id === table.id);
  expect(planned?.routes.map((route) => route.target)).toEqual([
    { kind: "nowhere" },
    { kind: "port", eniId: eni.id },
  ]);
  expect(planFabric(region).natGateways).toEqual([]);
});
