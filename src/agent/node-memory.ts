import type { Ip, Ipv4 } from "../net/index.ts";
import type { SavedLease } from "../pool/index.ts";
import type { EniLink, PodToWire } from "./kernel.ts";

/** What of an agent without kernel and files survives it, as pods and the checkpoint do on a real node: one for each node. */
export interface NodeMemory {
  /** Pods that are wired, by address. */
  readonly pods: Map<Ip, PodToWire>;
  /** ENIs that are set up, by primary address. */
  readonly links: Map<Ipv4, EniLink>;
  /** The checkpoint. */
  leases: readonly SavedLease<Ip>[];
}

/** The memory of a node that has just booted. */
export function newNodeMemory(): NodeMemory {
  return { pods: new Map(), links: new Map(), leases: [] };
}
