import { Lab } from "../e2e/harness/lab.ts";
import { labFile } from "../e2e/harness/lab-file.ts";
import { measurement, type Benchmark } from "./measurement.ts";

const NODES = 10;
const PODS = 150;
const ROUNDS = 3;

/** EC2 limits calls by account: what one node spends, another has not. */
export const ec2Calls: Benchmark = {
  name: "ec2-calls",
  about: `EC2 calls per 1,000 pod starts of ${NODES} simulated m5.large that get and lose ${PODS} pods ${ROUNDS} times; the peer is policy stock`,
  needs: "nothing",
  async run(note) {
    const own = await callsPerThousand("berth");
    note(`policy berth: ${own.toFixed(0)} calls`);
    const peer = await callsPerThousand("stock");
    note(`policy stock: ${peer.toFixed(0)} calls`);
    return [
      measurement({
        name: "EC2 calls per 1,000 pod starts, peer stock",
        value: own,
        unit: "calls",
        peer,
      }),
    ];
  },
};

async function callsPerThousand(policy: "berth" | "stock"): Promise<number> {
  const lab = Lab.prepare();
  try {
    const file = labFile({
      name: "bench",
      subnets: { nodes: "10.0.0.0/20" },
      nodes: [{ name: "node", type: "m5.large", subnet: "nodes", count: NODES }],
      agentEnv: { BERTH_POLICY: policy },
      workloads: [{ name: "web", replicas: 0 }],
    });
    await lab.start(file, ["--mode", "simulated", "--speed", "20"]);
    for (let round = 0; round < ROUNDS; round++) {
      await lab.scale("web", PODS);
      await lab.allRunning(PODS);
      await lab.scale("web", 0);
      await lab.until("no pods are left", ({ pods }) => pods.length === 0);
    }
    const calls = JSON.parse(await lab.berth(["lab", "calls", "--output", "json"])) as {
      total: { perThousandPodStarts?: number };
    };
    return calls.total.perThousandPodStarts ?? NaN;
  } finally {
    await lab.down();
  }
}
