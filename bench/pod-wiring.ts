import { eventually } from "../e2e/harness/eventually.ts";
import { Lab } from "../e2e/harness/lab.ts";
import { labFile } from "../e2e/harness/lab-file.ts";
import { NodeNamespaces } from "../e2e/harness/node-namespaces.ts";
import type { LabStatus } from "../src/lab/index.ts";
import { memoryDir } from "./memory-dir.ts";
import { measurement, percentile, type Benchmark, type Measurement } from "./measurement.ts";
import { timePeerPlugins } from "./peer-plugins.ts";
import { withPlugin } from "./plugin-call.ts";
import { wirePods, type WiringTimes } from "./pod-namespaces.ts";

const RELAY = "build/cni-relay";
const PODS = 200;
/** An m5.4xlarge carries 8 ENIs with 29 addresses each for pods: room for every pod of a run at once. */
const INSTANCE_TYPE = "m5.4xlarge";
const POOL = 8 * 29;

type NodeStatus = LabStatus["nodes"][number];

/** A pod's network: the relay, the agent and the kernel, beside the standard plugins. */
export const podWiring: Benchmark = {
  name: "pod-network",
  about: `ADD and DEL for ${PODS} pods, one after another; the peer is ptp with host-local. First for the first pods of a new agent, then for the next, when its code is compiled`,
  needs: "root on Linux",
  async run(note) {
    const lab = await Lab.up(
      labFile({
        name: "bench",
        subnets: { nodes: "10.0.0.0/23" },
        nodes: [{ name: "node-a", type: INSTANCE_TYPE, subnet: "nodes", maxPods: POOL }],
        // The second round gets the addresses of the first.
        agentEnv: { MINIMUM_IP_TARGET: POOL, IP_COOLDOWN_PERIOD: 0 },
        workloads: [],
        attachSeconds: 0,
      }),
      [],
      memoryDir(),
    );
    try {
      const node = onlyNode(await lab.status());
      await untilPoolIsFull(lab, node.instanceId);
      note("the pool is full; calling the relay");
      const first = timeRelay(node);
      const own = timeRelay(node);
      note("calling ptp and host-local");
      // The peer has no first round: each of its calls is a new process.
      const peer = timePeerPlugins(PODS);
      return [...compare("new agent", first, peer), ...compare("running agent", own, peer)];
    } finally {
      await lab.down();
    }
  },
};

function timeRelay(node: NodeStatus): WiringTimes {
  const plugin = {
    program: RELAY,
    hostNetns: node.netns,
    config: { cniVersion: "1.0.0", name: "berth", type: "berth-cni" },
    env: { BERTH_CNI_SOCKET: `${node.dir}/run/cni.sock` },
  };
  const namespaces = new NodeNamespaces(node.dir);
  return withPlugin(plugin, (call) => wirePods(PODS, { call, namespaces }));
}

function compare(who: string, own: WiringTimes, peer: WiringTimes): readonly Measurement[] {
  const rows = [
    { verb: "ADD", own: own.addMs, peer: peer.addMs },
    { verb: "DEL", own: own.delMs, peer: peer.delMs },
  ];
  return rows.flatMap((row) =>
    [50, 99].map((percent) =>
      measurement({
        name: `${row.verb} p${percent} of a ${who}, peer ptp + host-local`,
        value: percentile(row.own, percent),
        unit: "ms",
        peer: percentile(row.peer, percent),
      }),
    ),
  );
}

async function untilPoolIsFull(lab: Lab, instanceId: string): Promise<void> {
  await eventually(
    { what: `the node has ${POOL} addresses for pods`, withinMs: 60_000 },
    async () => {
      const enis = await lab.enis(instanceId);
      const addresses = enis.reduce((count, { secondary }) => count + secondary.length, 0);
      return { done: addresses >= POOL, value: addresses };
    },
  );
}

function onlyNode({ nodes }: LabStatus): NodeStatus {
  const [node] = nodes;
  if (node === undefined) throw new Error("the lab of this benchmark has no node");
  return node;
}
