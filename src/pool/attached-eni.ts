import type { EniId, SubnetId } from "../facts/index.ts";
import type { Cidr, Ipv4 } from "../net/index.ts";

/** What an ENI is for. A `trunk` and an `efa` interface are never removed; a trunk gets no addresses. */
export type EniRole = "primary" | "secondary" | "trunk" | "efa";

/** An ENI of the node as instance metadata or EC2 shows it, and as the kernel has it set up. */
export interface AttachedEni {
  readonly id: EniId;
  readonly deviceIndex: number;
  readonly role: EniRole;
  /** `excluded`: its subnet's tags forbid pods (`kubernetes.io/role/cni`); pods that it has stay. */
  readonly service: "pods" | "excluded";
  readonly subnetId: SubnetId;
  readonly primaryAddress: Ipv4;
  /** Its secondary addresses as /32 and its prefixes as /28. The primary address is not among them. */
  readonly blocks: readonly Cidr[];
}
