import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newRandom } from "../../base/index.ts";
import type { InstanceId } from "../../facts/index.ts";
import { addIpv4, addIpv6, type Cidr6, formatIpv6, type Ipv6 } from "../../net/index.ts";
import type { Outcome, Region } from "../../vpc/index.ts";
import { parseLabFile } from "../labfile/read-lab-file.ts";
import { launchInstance } from "../nodes/launch-instance.ts";
import { configurePrimary, setUpMachine } from "../nodes/machine-network.ts";
import { buildRegion } from "../region/build-region.ts";
import { LAB_KERNEL_MISSING, runIn, TestNamespaces } from "../testing/kernel.ts";
import { smallLab } from "../testing/labs.ts";
import { Fabric } from "./fabric.ts";
import { planFabric } from "./plan.ts";

interface Machine {
  readonly netns: string;
  readonly instanceId: InstanceId;
  readonly ipv6Address: Ipv6;
}

const REST = `kubernetes: { ipFamily: ipv6 }
nodes:
  - { name: n-a, instanceType: m5.large, subnet: a }
  - { name: n-b, instanceType: m5.large, subnet: b }`;

function must<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error.message);
  return outcome.value;
}

describe.skipIf(LAB_KERNEL_MISSING !== undefined)(
  `IPv6 in the fabric (${LAB_KERNEL_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    const machines = new Map<string, Machine>();
    let region: Region;
    let fabric: Fabric;

    beforeAll(() => {
      const lab = parseLabFile("lab.yaml", smallLab({ name: "t6", rest: REST }));
      const built = buildRegion(lab, { random: newRandom(3), nowMs: 0 });
      region = built.region;
      fabric = new Fabric({ namespaces, internetServer: lab.internetServer });
      for (const spec of lab.nodes) {
        const subnetId = built.subnetIds.get(spec.subnet);
        if (subnetId === undefined) throw new Error("the lab has the subnet");
        const netns = namespaces.make(spec.name);
        setUpMachine(netns);
        const instanceId = launchInstance(spec, { region, subnetId });
        fabric.placeInstance(instanceId, netns);
        fabric.apply(planFabric(region));
        const { cidr } = must(region.records.subnets.find(subnetId));
        const [eni] = region.instances.enisOf(instanceId);
        const address = eni?.addresses[0];
        const ipv6Address = eni?.ipv6Addresses[0];
        if (address === undefined || ipv6Address === undefined) throw new Error("no address");
        const gateway = addIpv4(cidr.base, 1);
        configurePrimary(netns, { address, subnetBits: cidr.bits, gateway, ipv6Address });
        machines.set(spec.name, { netns, instanceId, ipv6Address });
      }
    });
    afterAll(() => {
      fabric.close();
      namespaces.removeAll();
    });

    function machine(name: string): Machine {
      const found = machines.get(name);
      if (found === undefined) throw new Error(`no machine ${name}`);
      return found;
    }

    function ping(name: string, to: string, from: string): boolean {
      const args = ["ping", "-6", "-c", "1", "-W", "1", "-I", from, to];
      return runIn(machine(name).netns, "busybox", args) !== undefined;
    }

    function own(name: string, address: string): void {
      const args = ["-6", "address", "add", `${address}/128`, "dev", "lo", "nodad"];
      runIn(machine(name).netns, "ip", args);
    }

    function prefixOf(name: string): {
      eniId: Parameters<Region["addresses"]["assignIpv6"]>[0];
      prefix: Cidr6;
    } {
      const [eni] = region.instances.enisOf(machine(name).instanceId);
      if (eni === undefined) throw new Error("an instance has an ENI");
      const { prefixes } = must(region.addresses.assignIpv6(eni.id, { ipv6PrefixCount: 1 }));
      fabric.apply(planFabric(region));
      const [prefix] = prefixes;
      if (prefix === undefined) throw new Error("one was asked for");
      return { eniId: eni.id, prefix };
    }

    const addressOf = (name: string): string => formatIpv6(machine(name).ipv6Address);

    test("R-NET-3: machines in different subnets reach each other", () => {
      expect(ping("n-a", addressOf("n-b"), addressOf("n-a"))).toBe(true);
    });

    test("addresses of a prefix are reached while it is assigned, and no longer", () => {
      const { eniId, prefix } = prefixOf("n-b");
      const pod = formatIpv6(addIpv6(prefix.base, 1n));
      own("n-b", pod);
      expect(ping("n-a", pod, addressOf("n-a"))).toBe(true);
      expect(ping("n-b", addressOf("n-a"), pod)).toBe(true);
      must(region.addresses.unassignIpv6(eniId, { prefixes: [prefix] }));
      fabric.apply(planFabric(region));
      expect(ping("n-a", pod, addressOf("n-a"))).toBe(false);
    });

    test("R-NET-4: the source check drops what has a source of another ENI, or of none", () => {
      const { prefix } = prefixOf("n-b");
      const others = formatIpv6(addIpv6(prefix.base, 7n));
      own("n-a", others);
      own("n-b", others);
      expect(ping("n-a", addressOf("n-b"), others)).toBe(false);
      own("n-a", "2001:db8:ffff::1");
      expect(ping("n-a", addressOf("n-b"), "2001:db8:ffff::1")).toBe(false);
    });
  },
);
