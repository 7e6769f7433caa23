import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNetns, deleteNetns } from "../src/dataplane/index.ts";
import { runBurst } from "./burst.ts";
import { withBurstNode } from "./burst-node.ts";
import { measurement, type Benchmark, type Measurement } from "./measurement.ts";

const PODS = 100;
const HOST = "berth-bench-host";

/** An m5.4xlarge has 8 × 29 slots: room for the burst in either mode. */
const MODES = [
  { mode: "single addresses", env: { MINIMUM_IP_TARGET: PODS + 10 } },
  {
    mode: "prefixes",
    env: { MINIMUM_IP_TARGET: PODS + 10, ENABLE_PREFIX_DELEGATION: "true" },
  },
] as const;

/** A node that gets its pods all at once. */
export const podStarts: Benchmark = {
  name: "pod-starts",
  about: `ADD for ${PODS} pods at once on one node whose pool is full, in each mode; the peer is ptp with host-local`,
  needs: "root on Linux",
  async run(note) {
    const peer = rate(await burstOfPeer());
    note(`ptp and host-local start ${peer.toFixed(0)} pods a second`);
    const found: Measurement[] = [];
    for (const { mode, env } of MODES) {
      const node = { instanceType: "m5.4xlarge", env, attachSeconds: 0, addresses: PODS + 10 };
      const times = await withBurstNode(node, (start) => start({ pods: PODS, againMs: undefined }));
      const name = `pod starts, ${mode}, peer ptp + host-local`;
      found.push(measurement({ name, value: rate(times), unit: "1/s", peer }));
    }
    return found;
  },
};

/** Pods a second over the whole burst. */
function rate(times: readonly number[]): number {
  return times.length / ((times.at(-1) ?? NaN) / 1000);
}

async function burstOfPeer(): Promise<number[]> {
  const dataDir = mkdtempSync(join(tmpdir(), "berth-bench-ipam-"));
  const hostNetns = createNetns(HOST);
  const names = Array.from({ length: PODS }, (_, index) => `berth-bench-${index}`);
  const config = {
    cniVersion: "1.0.0",
    name: "bench",
    type: "ptp",
    ipam: { type: "host-local", dataDir, subnet: "10.77.0.0/16", routes: [{ dst: "0.0.0.0/0" }] },
  };
  const plugin = { program: "/usr/lib/cni/ptp", hostNetns, config, env: {} };
  try {
    const pods = names.map((name) => ({ containerId: name, netns: createNetns(name) }));
    const times = await runBurst({ plugin, command: "ADD", pods, againMs: undefined });
    await runBurst({ plugin, command: "DEL", pods, againMs: undefined });
    return times;
  } finally {
    for (const name of [...names, HOST]) deleteNetns(name);
    rmSync(dataDir, { recursive: true, force: true });
  }
}
