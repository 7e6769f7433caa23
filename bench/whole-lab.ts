import { Lab } from "../e2e/harness/lab.ts";
import { labFile } from "../e2e/harness/lab-file.ts";
import { measurement, type Benchmark, type Measurement } from "./measurement.ts";
import { residentAfterLoading, residentMiB } from "./resident.ts";

const PODS_PER_NODE = 20;
const ZONES = ["a", "b", "c"];
const PODS = PODS_PER_NODE * ZONES.length;

/** What a user waits for, and what an agent takes while it serves pods. */
export const wholeLab: Benchmark = {
  name: "lab",
  about: `three m5.large nodes with ${PODS_PER_NODE} pods each, started by containerd`,
  needs: "root on Linux",
  async run(note) {
    const lab = Lab.prepare();
    try {
      const startMs = performance.now();
      await lab.start(file());
      const { nodes } = await lab.allRunning(PODS);
      const seconds = (performance.now() - startMs) / 1000;
      const agents = nodes.flatMap(({ agent }) => (agent.pid === undefined ? [] : [agent.pid]));
      return [
        measurement({
          name: `lab up to ${PODS} pods running`,
          value: seconds,
          unit: "s",
          peer: null,
        }),
        await agentMemory(agents, note),
      ];
    } finally {
      await lab.down();
    }
  },
};

async function agentMemory(
  pids: readonly number[],
  note: (text: string) => void,
): Promise<Measurement> {
  const running = Math.max(...pids.map(residentMiB));
  const bare = await residentAfterLoading([]);
  const kernel = await residentAfterLoading(["./src/dataplane/index.ts"]);
  const agent = await residentAfterLoading(["./src/agent/index.ts"]);
  const parts = [
    `Node itself ${bare.toFixed(0)}`,
    `koffi and the dataplane ${(kernel - bare).toFixed(0)}`,
    `the rest of the agent's code ${(agent - kernel).toFixed(0)}`,
    `the AWS SDK, and what running adds ${(running - agent).toFixed(0)}`,
  ];
  note(`an agent with ${PODS_PER_NODE} pods takes ${running.toFixed(0)} MiB: ${parts.join(", ")}`);
  return measurement({
    name: "agent resident, peer Node doing nothing",
    value: running,
    unit: "MiB",
    peer: bare,
  });
}

function file(): string {
  return labFile({
    name: "bench",
    subnets: Object.fromEntries(ZONES.map((zone, index) => [`zone-${zone}`, `10.0.${index}.0/24`])),
    nodes: ZONES.map((zone) => ({
      name: `node-${zone}`,
      type: "m5.large",
      subnet: `zone-${zone}`,
    })),
    workloads: ZONES.map((zone) => ({
      name: `web-${zone}`,
      node: `node-${zone}`,
      replicas: PODS_PER_NODE,
    })),
  });
}
