import { withBurstNode } from "./burst-node.ts";
import { measurement, type Benchmark } from "./measurement.ts";

/** As long as EC2 takes to attach an ENI, of which metadata tells as much later. */
const ATTACH_SECONDS = 2;
/** An m5.large's primary ENI has so many addresses for pods. */
const WARM = 9;
const PODS = 12;
/** How soon a refused pod is tried again: far sooner than a kubelet does, in favour of the peer. */
const AGAIN_MS = 100;

/** What the pod that finds the pool empty waits for. */
export const emptyPool: Benchmark = {
  name: "empty-pool",
  about: `a burst of ${PODS} pods on a node with ${WARM} addresses and an ENI that takes ${ATTACH_SECONDS} s to attach; the peer is policy stock, which looks at its pool every 5 s`,
  needs: "root on Linux",
  async run(note) {
    const own = await firstAfterEmpty("berth");
    note(`policy berth: ${own.toFixed(0)} ms`);
    const peer = await firstAfterEmpty("stock");
    note(`policy stock: ${peer.toFixed(0)} ms`);
    return [
      measurement({ name: "empty pool to next address, peer stock", value: own, unit: "ms", peer }),
    ];
  },
};

/** Ms from the last address that was free at the burst to the first that came after it. */
async function firstAfterEmpty(policy: "berth" | "stock"): Promise<number> {
  const node = {
    instanceType: "m5.large",
    env: { BERTH_POLICY: policy, WARM_ENI_TARGET: 0, MINIMUM_IP_TARGET: WARM, WARM_IP_TARGET: 1 },
    attachSeconds: ATTACH_SECONDS,
    addresses: WARM,
  };
  const times = await withBurstNode(node, (start) => start({ pods: PODS, againMs: AGAIN_MS }));
  return (times[WARM] ?? NaN) - (times[WARM - 1] ?? NaN);
}
