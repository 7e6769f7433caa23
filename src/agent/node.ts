import type { EniId, SubnetId } from "../facts/index.ts";
import type { Cidr, Ipv4 } from "../net/index.ts";
import type { EniRole } from "../pool/index.ts";
import type { Time } from "../time/index.ts";
import type { Cluster } from "./cluster.ts";
import type { CustomNetworking } from "./config.ts";
import type { Ec2, InstanceLimits } from "./ec2.ts";
import type { EniTagging } from "./eni-tags.ts";
import type { Kernel } from "./kernel.ts";
import type { Log } from "./log.ts";
import type { InstanceFacts, InstanceMetadata } from "./metadata.ts";
import type { Subnets } from "./subnets/subnets.ts";

/** The world that the agent acts on. */
export interface NodePorts {
  readonly ec2: Ec2;
  readonly metadata: InstanceMetadata;
  readonly kernel: Kernel;
  /** Undefined: the agent runs without Kubernetes. */
  readonly cluster: Cluster | undefined;
  readonly log: Log;
  /** The clock and the waiting of everything but the time-outs of real requests. */
  readonly time: Time;
  /** Aborts when the agent is to stop: waiting ends at once, what is half-done is left to the next start. */
  readonly stopping: AbortSignal;
}

/** What performing a step needs: the world, and what is known of this node. */
export interface Node extends NodePorts {
  readonly instance: InstanceFacts;
  readonly limits: InstanceLimits;
  readonly tagging: EniTagging;
  readonly manageUntaggedEnis: boolean;
  /** `off`: nothing is changed in EC2. */
  readonly provisioning: "on" | "off";
  readonly customNetworking: CustomNetworking | undefined;
  /** Where its ENIs can be made, and which of them serve pods. */
  readonly subnets: Subnets;
  /** The node's ENIs that were set up, by id; entries stay until their kernel state is removed. */
  readonly enis: Map<EniId, KnownEni>;
  /** ENIs that are none of our business; not looked at again until they are gone from metadata. */
  readonly ignored: Set<EniId>;
  /** Those of them that take the room of one of ours, being on network card 0. */
  readonly unmanaged: Set<EniId>;
}

/** What stays true of an ENI while it is attached. */
export interface KnownEni {
  readonly id: EniId;
  readonly deviceIndex: number;
  readonly role: EniRole;
  readonly subnet: SubnetId;
  /** Undefined while instance metadata has not shown the ENI to this process. */
  readonly subnetCidr: Cidr | undefined;
  readonly primaryAddress: Ipv4;
  /** `unset`: the kernel would not take it, so it gets no new pods; those that it has stay. */
  readonly kernel: "set" | "unset";
  /** `closed`: its subnet is kept from pods, by its tags; those that it has stay. */
  readonly pods: "open" | "closed";
}
