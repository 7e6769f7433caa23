import type { NetworkAclId, VpcId } from "../facts/index.ts";
import type { Cidr } from "../net/index.ts";
import type { Direction } from "./security-group.ts";
import type { Tags } from "./tag.ts";

/** A network ACL: stateless rules at the border of subnets. The last rule, 32767, denies everything. */
export interface NetworkAcl {
  readonly id: NetworkAclId;
  readonly vpcId: VpcId;
  readonly isDefault: boolean;
  /** By direction, then in the order in which they apply. */
  readonly entries: readonly AclEntry[];
}

/** One rule of a network ACL. The lowest number that matches decides. */
export interface AclEntry {
  /** 1 … 32766; 32767 is the rule that can't be changed. */
  readonly number: number;
  readonly direction: Direction;
  readonly action: "allow" | "deny";
  /** The protocol's number in decimal, `-1` for every protocol. */
  readonly protocol: string;
  readonly cidr: Cidr;
  readonly ports?: { readonly from: number; readonly to: number } | undefined;
  readonly icmp?: { readonly type: number; readonly code: number } | undefined;
}

/** What CreateNetworkAcl takes. */
export interface CreateNetworkAcl {
  readonly vpcId: VpcId;
  readonly tags?: Tags | undefined;
}
