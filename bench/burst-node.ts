import { resolve } from "node:path";
import { eventually } from "../e2e/harness/eventually.ts";
import { Lab } from "../e2e/harness/lab.ts";
import { labFile } from "../e2e/harness/lab-file.ts";
import { NodeNamespaces } from "../e2e/harness/node-namespaces.ts";
import type { LabStatus } from "../src/lab/index.ts";
import { memoryDir } from "./memory-dir.ts";
import { type Burst, runBurst } from "./burst.ts";

/** A node of a lab of its own, on which pods' calls are made without containers. */
export interface BurstNode {
  readonly instanceType: string;
  readonly env: Readonly<Record<string, string | number>>;
  readonly attachSeconds: number;
  /** How many secondary addresses, counting 16 for each prefix, the node has before it is used. */
  readonly addresses: number;
}

/** Starts a burst of so many pods on the node, and gives the times at which each succeeded. */
export type StartPods = (given: {
  readonly pods: number;
  readonly againMs: number | undefined;
}) => Promise<number[]>;

/** Makes the lab, waits until the pool is full, and takes it down after `use`. */
export async function withBurstNode<T>(
  { instanceType, env, attachSeconds, addresses }: BurstNode,
  use: (start: StartPods) => Promise<T>,
): Promise<T> {
  const lab = await Lab.up(
    labFile({
      name: "bench",
      subnets: { nodes: "10.0.0.0/21" },
      nodes: [{ name: "node-a", type: instanceType, subnet: "nodes", maxPods: 250 }],
      agentEnv: env,
      workloads: [],
      attachSeconds,
    }),
    [],
    memoryDir(),
  );
  try {
    const [node] = (await lab.status()).nodes;
    if (node === undefined) throw new Error("the lab of this benchmark has no node");
    await untilHeld(lab, node, addresses);
    return await use((given) => startPods(node, given));
  } finally {
    await lab.down();
  }
}

async function startPods(
  { netns, dir }: LabStatus["nodes"][number],
  { pods: count, againMs }: { readonly pods: number; readonly againMs: number | undefined },
): Promise<number[]> {
  const namespaces = new NodeNamespaces(dir);
  const names = Array.from({ length: count }, (_, index) => `berth-bench-${index}`);
  const plugin: Burst["plugin"] = {
    program: resolve("build/cni-relay"),
    hostNetns: netns,
    config: { cniVersion: "1.0.0", name: "berth", type: "berth-cni" },
    env: { BERTH_CNI_SOCKET: `${dir}/run/cni.sock` },
  };
  const pods = names.map((name) => ({ containerId: name, netns: namespaces.make(name) }));
  try {
    return await runBurst({ plugin, command: "ADD", pods, againMs });
  } finally {
    await runBurst({ plugin, command: "DEL", pods, againMs: 500 });
    for (const name of names) namespaces.remove(name);
  }
}

interface Described {
  readonly NetworkInterfaces: readonly {
    readonly PrivateIpAddresses?: readonly unknown[];
    readonly Ipv4Prefixes?: readonly unknown[];
  }[];
}

async function untilHeld(
  lab: Lab,
  { instanceId }: LabStatus["nodes"][number],
  wanted: number,
): Promise<void> {
  const filter = `--filters Name=attachment.instance-id,Values=${instanceId}`;
  await eventually({ what: `the node has ${wanted} addresses`, withinMs: 90_000 }, async () => {
    const seen = (await lab.aws(`ec2 describe-network-interfaces ${filter}`)) as Described;
    const counts = seen.NetworkInterfaces.map(
      ({ PrivateIpAddresses = [], Ipv4Prefixes = [] }) =>
        PrivateIpAddresses.length - 1 + 16 * Ipv4Prefixes.length,
    );
    const value = counts.reduce((sum, count) => sum + count, 0);
    return { done: value >= wanted, value };
  });
}
