import {
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ec2Of } from "./harness/ec2-client.ts";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const FILE = labFile({
  name: "e2e-prefix",
  subnets: { wide: "10.0.0.0/23", spoilt: "10.0.2.0/24" },
  nodes: [
    { name: "nitro", type: "m5.large", subnet: "wide", maxPods: 60 },
    { name: "xen", type: "m4.large", subnet: "wide" },
    { name: "tight", type: "m5.large", subnet: "spoilt", maxPods: 60 },
  ],
  workloads: [
    { name: "on-nitro", node: "nitro", replicas: 3 },
    { name: "on-xen", node: "xen", replicas: 1 },
    { name: "on-tight", node: "tight", replicas: 0 },
  ],
});

const MINUTE_MS = 60_000;

interface PodItem {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly status: {
    readonly phase: string;
    readonly podIP?: string;
    readonly containerStatuses?: readonly { readonly restartCount: number }[];
  };
}

/** What EC2 shows of a node, its ENIs' own addresses left out. */
interface Held {
  readonly singles: number;
  readonly prefixes: number;
}

describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}prefix delegation`, () => {
  let lab: Lab;
  let ec2: EC2Client;
  /** ENIs that are not ours, one in each /28 of the subnet `spoilt`. */
  let others: readonly string[];

  beforeAll(async () => {
    lab = await Lab.up(FILE);
    ec2 = await ec2Of(lab);
  });
  afterAll(async () => {
    await lab.down();
    ec2.destroy();
  });

  async function setEnv(...settings: readonly string[]): Promise<void> {
    await lab.kubectl(["set", "env", "daemonset", "aws-node", ...settings, "-n", "kube-system"]);
    await lab.kubectl(["rollout", "status", "daemonset", "aws-node", "-n", "kube-system"]);
  }

  async function instanceOf(node: string): Promise<string> {
    const { nodes } = await lab.status();
    return String(nodes.find(({ name }) => name === node)?.instanceId);
  }

  async function held(node: string): Promise<Held> {
    const Values = [await instanceOf(node)];
    const Filters = [{ Name: "attachment.instance-id", Values }];
    const { NetworkInterfaces: enis = [] } = await ec2.send(
      new DescribeNetworkInterfacesCommand({ Filters }),
    );
    return {
      singles: enis.flatMap((eni) => eni.PrivateIpAddresses?.slice(1) ?? []).length,
      prefixes: enis.flatMap((eni) => eni.Ipv4Prefixes ?? []).length,
    };
  }

  async function untilHeld(node: string, want: Held): Promise<void> {
    const what = `${node} holds ${JSON.stringify(want)}`;
    await eventually({ what, withinMs: MINUTE_MS }, async () => {
      const value = await held(node);
      return { done: value.singles === want.singles && value.prefixes === want.prefixes, value };
    });
  }

  /** The running pods of a workload with what must not change, by name. */
  async function running(workload: string): Promise<Map<string, string>> {
    const { items } = await lab.kubeGet<{ items: PodItem[] }>(["pods"]);
    const ours = items.filter(({ metadata, status }) => {
      return metadata.name.startsWith(workload) && status.phase === "Running";
    });
    return new Map(
      ours.map(({ metadata: { name, uid }, status }) => [
        name,
        [uid, status.podIP, status.containerStatuses?.[0]?.restartCount].join(" "),
      ]),
    );
  }

  async function scaleUntilRunning(workload: string, replicas: number): Promise<void> {
    await lab.scale(workload, replicas);
    await lab.until(`${replicas} pods of ${workload} run`, ({ pods }) => {
      const ours = pods.filter((pod) => pod.workload === workload);
      return ours.length === replicas && ours.every(({ phase }) => phase === "Running");
    });
  }

  /** Waits for an event on a node's object that says this. */
  async function expectNodeEvent(reason: string, words: RegExp): Promise<void> {
    const field = `reason=${reason},involvedObject.kind=Node`;
    await eventually({ what: `an event ${reason}`, withinMs: MINUTE_MS }, async () => {
      const value = await lab.kubectl(["get", "events", "-A", "--field-selector", field]);
      return { done: words.test(value), value };
    });
  }

  /** Somebody else's ENI in each /28 of the spoilt subnet, but for the two with addresses that EC2 keeps. */
  async function spoil(): Promise<string[]> {
    const Filters = [{ Name: "tag:Name", Values: ["spoilt"] }];
    const { Subnets: subnets } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
    const SubnetId = subnets?.[0]?.SubnetId;
    const made: string[] = [];
    for (let block = 16; block < 240; block += 16) {
      const free = await firstThatWorks(10, async (offset) => {
        const PrivateIpAddress = `10.0.2.${block + offset}`;
        return ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, PrivateIpAddress }));
      });
      // A block of which every address is taken is one of a node's prefixes.
      if (free !== undefined) made.push(String(free.NetworkInterface?.NetworkInterfaceId));
    }
    return made;
  }

  test("R-PD-1, R-PD-4: switched on, nodes give what no pod has for a prefix; pods run on with their addresses", async () => {
    await untilHeld("nitro", { singles: 18, prefixes: 0 });
    await untilHeld("tight", { singles: 9, prefixes: 0 });
    others = await spoil();
    const before = await running("on-nitro");
    expect(before.size).toBe(3);
    await setEnv("ENABLE_PREFIX_DELEGATION=true");
    await untilHeld("nitro", { singles: 3, prefixes: 1 });
    expect(await running("on-nitro")).toEqual(before);
  });

  test("R-PD-3: an instance without Nitro refuses, says why on its node, and goes on with single addresses", async () => {
    await expectNodeEvent(
      "PrefixDelegationRefused",
      /needs a Nitro or bare-metal instance, and m4\.large is neither/,
    );
    await scaleUntilRunning("on-xen", 4);
    expect(await held("xen")).toMatchObject({ prefixes: 0 });
  });

  test("R-PD-2: 30 pods run on an m5.large, which carries 27 with single addresses", async () => {
    const before = await running("on-nitro");
    await scaleUntilRunning("on-nitro", 30);
    await untilHeld("nitro", { singles: 3, prefixes: 3 });
    const after = await running("on-nitro");
    for (const [name, pod] of before) expect(after.get(name)).toBe(pod);
    const addresses = [...after.values()].map((pod) => pod.split(" ")[1]);
    expect(new Set(addresses).size).toBe(30);
  });

  test("R-PD-5: in a fragmented subnet policy berth goes on with single addresses, policy stock serves nobody more, and prefixes come back", async () => {
    // What it costs: an address for each pod, and one that is kept free.
    await untilHeld("tight", { singles: 1, prefixes: 0 });
    await expectNodeEvent(
      "SubnetFragmented",
      /though \d+ addresses are free .* Single addresses stand in/,
    );
    await scaleUntilRunning("on-tight", 3);
    await untilHeld("tight", { singles: 4, prefixes: 0 });

    await setEnv("BERTH_POLICY=stock");
    await lab.scale("on-tight", 5);
    await eventually({ what: "two pods wait", withinMs: MINUTE_MS }, async () => {
      const field = "reason=FailedCreatePodSandBox";
      const value = await lab.kubectl(["get", "events", "--field-selector", field]);
      return { done: value.includes("has no free aligned /28 block"), value };
    });
    const served = await running("on-tight");
    expect(served.size).toBe(3);
    expect(await held("tight")).toEqual({ singles: 3, prefixes: 0 });

    await setEnv("BERTH_POLICY=berth");
    await scaleUntilRunning("on-tight", 5);
    await untilHeld("tight", { singles: 6, prefixes: 0 });
    const all = await running("on-tight");
    for (const [name, pod] of served) expect(all.get(name)).toBe(pod);

    for (const NetworkInterfaceId of others)
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    await untilHeld("tight", { singles: 5, prefixes: 1 });
    expect(await running("on-tight")).toEqual(all);
  }, 300_000);
});

/** The first answer without an error of `ask(0)`, `ask(1)`, …; undefined if there is none. */
async function firstThatWorks<T>(
  count: number,
  ask: (n: number) => Promise<T>,
): Promise<T | undefined> {
  for (let n = 0; n < count; n++) {
    const answer = await ask(n).catch(() => undefined);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
