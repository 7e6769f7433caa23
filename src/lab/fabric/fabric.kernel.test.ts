import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newRandom } from "../../base/index.ts";
import type { InstanceId, SubnetId } from "../../facts/index.ts";
import { addIpv4, formatIpv4, type Ipv4 } from "../../net/index.ts";
import type { Outcome, Region } from "../../vpc/index.ts";
import { type Listening, serveHttp } from "../control/http.ts";
import { parseLabFile } from "../labfile/read-lab-file.ts";
import { launchInstance } from "../nodes/launch-instance.ts";
import { configurePrimary, setUpMachine } from "../nodes/machine-network.ts";
import { buildRegion } from "../region/build-region.ts";
import { LAB_KERNEL_MISSING, runIn, TestNamespaces } from "../testing/kernel.ts";
import { smallLab } from "../testing/labs.ts";
import { Fabric } from "./fabric.ts";
import { planFabric } from "./plan.ts";

const NODES = `nodes:
  - { name: n-a, instanceType: m5.large, subnet: a }
  - { name: n-b, instanceType: m5.large, subnet: b }
  - { name: n-c, instanceType: m5.large, subnet: cut-off }
  - { name: n-pub, instanceType: m5.large, subnet: out }`;

interface Machine {
  readonly netns: string;
  readonly instanceId: InstanceId;
  readonly subnetId: SubnetId;
  readonly address: Ipv4;
}

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

/** A program of few lines that fetches a URL, because the test's own process can't wait inside a namespace. */
const FETCH = `fetch(process.argv[1], { signal: AbortSignal.timeout(1000) })
  .then((reply) => reply.text()).then((text) => process.stdout.write(text), () => process.exit(1));`;

describe.skipIf(LAB_KERNEL_MISSING !== undefined)(
  `the fabric (${LAB_KERNEL_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    const machines = new Map<string, Machine>();
    let region: Region;
    let fabric: Fabric;
    let server: Listening;

    beforeAll(async () => {
      const lab = parseLabFile("lab.yaml", smallLab({ name: "t", rest: NODES }));
      const built = buildRegion(lab, { random: newRandom(3), nowMs: 0 });
      region = built.region;
      fabric = new Fabric({ namespaces, internetServer: lab.internetServer });
      fabric.apply(planFabric(region));
      for (const spec of lab.nodes) {
        const subnetId = built.subnetIds.get(spec.subnet);
        if (subnetId === undefined) throw new Error("the lab has the subnet");
        const netns = namespaces.make(spec.name);
        setUpMachine(netns);
        const instanceId = launchInstance(spec, { region, subnetId });
        fabric.placeInstance(instanceId, netns);
        fabric.apply(planFabric(region));
        const { cidr } = must(region.records.subnets.find(subnetId));
        const address = region.instances.enisOf(instanceId)[0]?.addresses[0];
        if (address === undefined) throw new Error("an instance has an address");
        const gateway = addIpv4(cidr.base, 1);
        configurePrimary(netns, { address, subnetBits: cidr.bits, gateway });
        machines.set(spec.name, { netns, instanceId, subnetId, address });
      }
      server = await serveHttp(
        (request, response) => response.end(`you are ${request.socket.remoteAddress ?? "?"}`),
        { kind: "netns", netns: fabric.internetNetns, address: lab.internetServer, port: 80 },
      );
    });
    afterAll(async () => {
      await server.close();
      fabric.close();
      namespaces.removeAll();
    });

    function machine(name: string): Machine {
      const found = machines.get(name);
      if (found === undefined) throw new Error(`no machine ${name}`);
      return found;
    }

    function addSecondary(name: string): string {
      const [eni] = region.instances.enisOf(machine(name).instanceId);
      if (eni === undefined) throw new Error("an instance has an ENI");
      const { addresses } = must(region.addresses.assign({ eniId: eni.id, secondaryCount: 1 }));
      fabric.apply(planFabric(region));
      const address = formatIpv4(addresses[0] ?? eni.addresses[0] ?? machine(name).address);
      runIn(machine(name).netns, "ip", ["address", "add", `${address}/32`, "dev", "lo"]);
      return address;
    }

    function ping(name: string, to: string, from?: string): boolean {
      const source = from === undefined ? [] : ["-I", from];
      const args = ["ping", "-c", "1", "-W", "1", ...source, to];
      return runIn(machine(name).netns, "busybox", args) !== undefined;
    }

    async function fetchFrom(name: string, url: string): Promise<string | undefined> {
      const args = [`--net=${machine(name).netns}`, process.execPath, "-e", FETCH, url];
      const child = spawn("nsenter", args, { stdio: ["ignore", "pipe", "ignore"] });
      const said = await text(child.stdout);
      return said === "" ? undefined : said;
    }

    test("R-NET-3: machines in different subnets and zones reach each other", () => {
      expect(ping("n-a", formatIpv4(machine("n-b").address))).toBe(true);
      expect(ping("n-b", formatIpv4(machine("n-c").address))).toBe(true);
    });

    test("secondary addresses are reached while they are assigned, and no longer", () => {
      const address = addSecondary("n-b");
      expect(ping("n-a", address)).toBe(true);
      expect(ping("n-b", formatIpv4(machine("n-a").address), address)).toBe(true);
      const [eni] = region.instances.enisOf(machine("n-b").instanceId);
      const ip = eni?.addresses[1];
      if (eni === undefined || ip === undefined) throw new Error("it was assigned");
      must(region.addresses.unassign(eni.id, { addresses: [ip] }));
      fabric.apply(planFabric(region));
      expect(ping("n-a", address)).toBe(false);
    });

    test("R-NET-4: the source check drops what has a source that is not the ENI's", () => {
      const { netns } = machine("n-a");
      runIn(netns, "ip", ["address", "add", "10.0.1.77/32", "dev", "lo"]);
      const to = formatIpv4(machine("n-b").address);
      expect(ping("n-a", to, "10.0.1.77")).toBe(false);
      // The address of another machine is no better.
      runIn(netns, "ip", [
        "address",
        "add",
        `${formatIpv4(machine("n-c").address)}/32`,
        "dev",
        "lo",
      ]);
      expect(ping("n-a", to, formatIpv4(machine("n-c").address))).toBe(false);
      runIn(netns, "ip", [
        "address",
        "del",
        `${formatIpv4(machine("n-c").address)}/32`,
        "dev",
        "lo",
      ]);
    });

    test("outside, machines of private subnets are seen as the NAT gateway", async () => {
      expect(await fetchFrom("n-a", "http://203.0.113.10/")).toBe("you are 198.51.100.1");
    });

    test("a machine with an Elastic IP address is reached by it, and its answers come from it", async () => {
      const { instanceId, address } = machine("n-pub");
      const [eni] = region.instances.enisOf(instanceId);
      const { id: allocationId, publicIp } = must(region.elasticIps.allocate());
      if (eni === undefined) throw new Error("an instance has an ENI");
      const id = must(region.elasticIps.associate({ allocationId, eniId: eni.id }));
      fabric.apply(planFabric(region));
      const said = formatIpv4(publicIp);
      expect(await fetchFrom("n-pub", "http://203.0.113.10/")).toBe(`you are ${said}`);
      const args = ["ping", "-c", "1", "-W", "1", said];
      expect(runIn(fabric.internetNetns, "busybox", args)).toContain(`from ${said}`);
      must(region.elasticIps.disassociate(id));
      fabric.apply(planFabric(region));
      expect(runIn(fabric.internetNetns, "busybox", args)).toBeUndefined();
      expect(await fetchFrom("n-pub", "http://203.0.113.10/")).toBeUndefined();
      expect(ping("n-a", formatIpv4(address))).toBe(true);
    });

    test("a subnet without a route reaches nothing outside", async () => {
      expect(await fetchFrom("n-c", "http://203.0.113.10/")).toBeUndefined();
    });

    test("R-NET-2: an ENI appears in the machine with its MAC when attached, and goes when detached", () => {
      const { netns, instanceId, subnetId } = machine("n-a");
      const eni = must(region.enis.create({ subnetId }));
      const { id } = must(region.attachments.attach({ eniId: eni.id, instanceId, deviceIndex: 1 }));
      const link = (): string | undefined => runIn(netns, "ip", ["-o", "link", "show", "eth1"]);
      fabric.apply(planFabric(region));
      expect(link()).toBeUndefined();
      region.advance(region.nowMs + 60);
      fabric.apply(planFabric(region));
      expect(link()).toContain(`link/ether ${eni.mac}`);
      expect(link()).toContain("mtu 9001");
      must(region.attachments.detach(id));
      region.advance(region.nowMs + 60);
      fabric.apply(planFabric(region));
      expect(link()).toBeUndefined();
    });

    test("applying the same plan again changes nothing", () => {
      const routes = (): string | undefined =>
        runIn(fabric.routerNetns, "ip", ["route", "show", "table", "all"]);
      const before = routes();
      fabric.apply(planFabric(region));
      expect(routes()).toBe(before);
    });

    test("a NAT gateway that is deleted takes its namespace with it", async () => {
      const [gateway] = region.records.natGateways.list();
      if (gateway === undefined) throw new Error("the lab has one");
      const { nat } = fabric.namespaces;
      expect(nat).toContain("-nat");
      must(region.natGateways.delete(gateway.id));
      region.advance(region.nowMs + 10);
      fabric.apply(planFabric(region));
      expect(fabric.namespaces).not.toHaveProperty("nat");
      expect(await fetchFrom("n-a", "http://203.0.113.10/")).toBeUndefined();
    });
  },
);
