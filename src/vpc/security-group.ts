import type { SecurityGroupId, SecurityGroupRuleId, VpcId } from "../facts/index.ts";
import type { Cidr, Cidr6 } from "../net/index.ts";
import type { Tags } from "./tag.ts";

/** A security group. */
export interface SecurityGroup {
  readonly id: SecurityGroupId;
  readonly vpcId: VpcId;
  readonly name: string;
  readonly description: string;
  /** In the order in which they were added. */
  readonly rules: readonly SecurityGroupRule[];
}

/** One rule: it allows one protocol, one range of ports, from or to one peer. */
export interface SecurityGroupRule extends Permission {
  readonly id: SecurityGroupRuleId;
  readonly groupId: SecurityGroupId;
  readonly direction: Direction;
}

/** `ingress` is to the ENI, `egress` from it. */
export type Direction = "ingress" | "egress";

/** What a rule allows. */
export interface Permission {
  /** `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for every protocol, or a protocol number in decimal. */
  readonly protocol: string;
  /** First port, or ICMP type; undefined for protocols without ports and for `-1`. */
  readonly fromPort?: number | undefined;
  /** Last port, or ICMP code. */
  readonly toPort?: number | undefined;
  readonly peer: Peer;
  readonly description?: string | undefined;
}

/** The other end of the traffic. */
export type Peer =
  | { readonly kind: "ipv4"; readonly cidr: Cidr }
  | { readonly kind: "ipv6"; readonly cidr: Cidr6 }
  | { readonly kind: "group"; readonly groupId: SecurityGroupId };

/** What CreateSecurityGroup takes. */
export interface CreateSecurityGroup {
  readonly vpcId: VpcId;
  readonly name: string;
  readonly description: string;
  readonly tags?: Tags | undefined;
}

/** What AuthorizeSecurityGroupIngress and …Egress take. */
export interface ChangePermissions {
  readonly groupId: SecurityGroupId;
  readonly direction: Direction;
  readonly permissions: readonly Permission[];
}
