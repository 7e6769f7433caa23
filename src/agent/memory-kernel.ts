import type { Ip } from "../net/index.ts";
import type { Kernel } from "./kernel.ts";
import type { NodeMemory } from "./node-memory.ts";
import type { PodName } from "../pool/index.ts";

const MAIN_TABLE = 254;

/** A kernel that only remembers what it was told, for agents that run without one. Nothing of it ever fails. */
export function newMemoryKernel({ pods, links }: NodeMemory): Kernel {
  return {
    setUpHost: () => ({ removed: [], problem: undefined }),
    tidyHost: () => undefined,
    setUpEni: (link) => void links.set(link.primaryAddress, link),
    tearDownEni: (address) => void links.delete(address),
    wirePod(pod) {
      pods.set(pod.address, pod);
      const suffix = nameOf(pod.pod);
      const routeTable = pod.deviceIndex === 0 ? MAIN_TABLE : pod.deviceIndex + 1;
      return { hostVeth: `${pod.vethPrefix}${suffix}`, suffix, routeTable };
    },
    unwirePod: (address) => void pods.delete(address),
    checkPod: ({ address, pod }) => {
      const wired = pods.get(address);
      return wired !== undefined && nameOf(wired.pod) === nameOf(pod)
        ? []
        : ["the pod is not wired"];
    },
    normalise({ leases, free }) {
      const isFree = typeof free === "function" ? free : (ip: Ip) => free.includes(ip);
      for (const address of [...pods.keys()]) if (isFree(address)) pods.delete(address);
      const dead = leases.filter(({ address }) => !pods.has(address));
      return { dead: dead.map(({ key }) => key), failed: [] };
    },
  };
}

function nameOf({ namespace, name }: PodName): string {
  return `${namespace}.${name}`;
}
