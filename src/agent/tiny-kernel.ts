import { invariant } from "../base/index.ts";
import type { Ip, Ipv4 } from "../net/index.ts";
import type { EniLink, Kernel, PodToWire } from "./kernel.ts";

/** What a {@link tinyKernel} holds, and what it is told to fail with. */
export interface TinyKernelState {
  /** Pods by address, ENIs by primary address. */
  readonly pods: Map<Ip, PodToWire>;
  readonly links: Map<Ipv4, EniLink>;
  /** Thrown by each set-up of an ENI while it is there. */
  linkError: Error | undefined;
  /** Thrown by the next wiring. */
  wiringError: Error | undefined;
  hostSetUps: number;
}

/** For the tests of this room: a kernel that remembers. */
export function tinyKernel(world: TinyKernelState): Kernel {
  return {
    setUpHost: () => {
      world.hostSetUps++;
      return { removed: [], problem: undefined };
    },
    tidyHost: () => undefined,
    setUpEni: (link) => {
      if (world.linkError !== undefined) throw world.linkError;
      world.links.set(link.primaryAddress, link);
    },
    tearDownEni: (address) => void world.links.delete(address),
    wirePod: (pod) => {
      const error = world.wiringError;
      world.wiringError = undefined;
      if (error !== undefined) throw error;
      invariant(!world.pods.has(pod.address), "two pods are wired with one address");
      world.pods.set(pod.address, pod);
      const suffix = `${pod.pod.namespace}.${pod.pod.name}`;
      return {
        hostVeth: `${pod.vethPrefix}${suffix}`,
        suffix,
        routeTable: pod.deviceIndex === 0 ? 254 : pod.deviceIndex + 1,
      };
    },
    unwirePod: (address) => void world.pods.delete(address),
    checkPod: ({ address }) => (world.pods.has(address) ? [] : ["the pod is not wired"]),
    normalise: ({ leases }) => ({
      dead: leases.filter(({ address }) => !world.pods.has(address)).map(({ key }) => key),
      failed: [],
    }),
  };
}
