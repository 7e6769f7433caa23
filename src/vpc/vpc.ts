import type {
  DhcpOptionsId,
  NetworkAclId,
  RouteTableId,
  SecurityGroupId,
  VpcCidrAssociationId,
  VpcId,
} from "../facts/index.ts";
import type { Cidr, Cidr6 } from "../net/index.ts";
import type { Tags } from "./tag.ts";

/** A VPC. Records are never changed in place: an operation puts a new one in place of the old. */
export interface Vpc {
  readonly id: VpcId;
  readonly state: "pending" | "available";
  /** The IPv4 blocks, the primary first. */
  readonly cidrs: readonly VpcCidr[];
  /** The /56 blocks. */
  readonly ipv6Cidrs: readonly VpcIpv6Cidr[];
  readonly isDefault: boolean;
  readonly instanceTenancy: "default" | "dedicated";
  readonly dhcpOptionsId: DhcpOptionsId;
  readonly mainRouteTableId: RouteTableId;
  readonly defaultGroupId: SecurityGroupId;
  readonly defaultAclId: NetworkAclId;
}

/** An IPv4 block of a VPC. Subnets can be made in it when it is `associated`. */
export interface VpcCidr {
  readonly associationId: VpcCidrAssociationId;
  readonly cidr: Cidr;
  readonly state: "associating" | "associated";
}

/** An IPv6 block of a VPC. */
export interface VpcIpv6Cidr {
  readonly associationId: VpcCidrAssociationId;
  readonly cidr: Cidr6;
  readonly state: "associating" | "associated";
}

/** What CreateVpc takes. */
export interface CreateVpc {
  readonly cidr: Cidr;
  readonly instanceTenancy?: "default" | "dedicated" | undefined;
  /** Whether the VPC gets a /56 of IPv6. */
  readonly ipv6?: "none" | "amazonProvided" | undefined;
  readonly tags?: Tags | undefined;
}
