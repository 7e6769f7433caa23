import type { Cidr, Ip, Ipv4, Mac } from "../net/index.ts";
import type { Lease, OwnerKey, PodName } from "../pool/index.ts";

/**
 * What the agent does to the node's kernel. Calls are synchronous: netlink answers in tens of microseconds, and
 * nothing else of the agent may come between the steps of one. Each can be repeated; failures are thrown.
 */
export interface Kernel {
  /** Prepares the node for pods, or for other VPC blocks. Open connections go on. */
  setUpHost(host: HostFacts): HostNews;
  /** Drops what was kept of earlier settings for connections and pods that have ended since. */
  tidyHost(): void;
  /** Readies an attached ENI other than the primary one. */
  setUpEni(eni: EniLink): void;
  /** Removes what outlives the link of a detached ENI with this primary address. */
  tearDownEni(primaryAddress: Ipv4): void;
  /** Gives a pod its interface; undone as a whole when it fails half-way. */
  wirePod(pod: PodToWire): PodLink;
  /** Removes what of a pod's wiring outlives its namespace; what is missing already is fine. */
  unwirePod(address: Ip): void;
  /** What of a pod's wiring is not as it should be, as sentences. */
  checkPod(pod: PodToWire): readonly string[];
  /**
   * Fits the kernel to a restart: `leases` keep exactly their routes and rules, `free` addresses have none.
   * A pod that can't be put right is reported, and does not keep the others from it.
   */
  normalise(state: {
    readonly leases: readonly Lease<Ip>[];
    /** Or a test for them, where they are too many to name. */
    readonly free: readonly Ip[] | ((address: Ip) => boolean);
  }): Normalised;
}

/** What the kernel's set-up depends on beside settings. */
export interface HostFacts {
  readonly primaryAddress: Ipv4;
  readonly primaryMac: Mac;
  readonly vpcCidrs: readonly Cidr[];
}

/** What the log should say about the node's set-up. */
export interface HostNews {
  /** Names of chains and tables of the VPC CNI that were removed. */
  readonly removed: readonly string[];
  /** Why rules of the VPC CNI may still be there. */
  readonly problem: Error | undefined;
}

/** What the kernel said about the leases that a restarted agent took over. */
export interface Normalised {
  /** Leases whose pod has no link any more; their traces are gone. */
  readonly dead: readonly OwnerKey[];
  /** Leases whose pod was not put right: its set-up was cut off, so the runtime will delete it. */
  readonly failed: readonly { readonly key: OwnerKey; readonly error: Error }[];
}

/** An attached ENI as the kernel needs to know it. */
export interface EniLink {
  readonly mac: Mac;
  readonly primaryAddress: Ipv4;
  readonly subnetCidr: Cidr;
  readonly deviceIndex: number;
  readonly role: "secondary" | "trunk";
}

/** A pod and the address it gets. */
export interface PodToWire {
  readonly pod: PodName;
  /** Path of its network namespace. */
  readonly netns: string;
  readonly ifName: string;
  readonly address: Ip;
  /** Device index of the address's ENI. */
  readonly deviceIndex: number;
  readonly mtu: number;
  readonly vethPrefix: string;
}

/** What wiring a pod has made. */
export interface PodLink {
  readonly hostVeth: string;
  readonly suffix: string;
  readonly routeTable: number;
}
