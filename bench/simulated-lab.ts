import { Lab } from "../e2e/harness/lab.ts";
import { measurement, type Benchmark } from "./measurement.ts";
import { residentAfterLoading, residentMiB } from "./resident.ts";

const NODES = 300;
const PODS = 5_000;
const ZONES = ["a", "b", "c"];

/** What a user waits for who asks about a whole cluster on a laptop. */
export const simulatedLab: Benchmark = {
  name: "simulated",
  about: `lab up --mode simulated with ${NODES} nodes and ${PODS} pods`,
  needs: "nothing",
  async run() {
    const lab = Lab.prepare();
    try {
      const startMs = performance.now();
      await lab.start(file(), ["--mode", "simulated"]);
      const seconds = (performance.now() - startMs) / 1000;
      const { pid, pods } = await lab.status();
      const running = pods.filter(({ phase }) => phase === "Running").length;
      if (running < PODS) throw new Error(`only ${running} of ${PODS} pods run`);
      return [
        measurement({
          name: `${PODS} pods on ${NODES} nodes run`,
          value: seconds,
          unit: "s",
          peer: null,
        }),
        measurement({
          name: "resident, peer Node doing nothing",
          value: residentMiB(pid),
          unit: "MiB",
          peer: await residentAfterLoading([]),
        }),
      ];
    } finally {
      await lab.down();
    }
  },
};

function file(): string {
  return JSON.stringify({
    name: "simulated",
    vpc: { cidrs: ["10.0.0.0/16"] },
    subnets: ZONES.map((zone, index) => ({
      name: `private-${zone}`,
      zone: `us-east-1${zone}`,
      cidr: `10.0.${index * 64}.0/18`,
    })),
    nodes: ZONES.map((zone) => ({
      name: `node-${zone}`,
      instanceType: "m5.large",
      subnet: `private-${zone}`,
      count: NODES / ZONES.length,
    })),
    workloads: [{ name: "web", replicas: PODS }],
    ec2: { attachSeconds: 0.5, detachSeconds: 0.5, throttle: "off" },
  });
}
