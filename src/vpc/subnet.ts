import type { NetworkAclAssociationId, NetworkAclId, SubnetId, VpcId } from "../facts/index.ts";
import type { SubnetCidrReservationId, VpcCidrAssociationId } from "../facts/index.ts";
import type { Cidr, Cidr6 } from "../net/index.ts";
import type { Tags } from "./tag.ts";
import type { Zone } from "./zone.ts";

/** A subnet. Its free addresses are counted by {@link Subnets.availableCount}. */
export interface Subnet {
  readonly id: SubnetId;
  readonly vpcId: VpcId;
  readonly state: "pending" | "available";
  readonly cidr: Cidr;
  /** The /64, when the subnet has one. */
  readonly ipv6: { readonly associationId: VpcCidrAssociationId; readonly cidr: Cidr6 } | undefined;
  readonly zone: Zone;
  readonly acl: { readonly id: NetworkAclId; readonly associationId: NetworkAclAssociationId };
  readonly mapPublicIpOnLaunch: boolean;
  readonly assignIpv6OnCreation: boolean;
}

/** What CreateSubnet takes. */
export interface CreateSubnet {
  readonly vpcId: VpcId;
  readonly cidr: Cidr;
  readonly ipv6Cidr?: Cidr6 | undefined;
  /** A zone's name or id; the first zone of the region when left out. */
  readonly zone?: string | undefined;
  readonly tags?: Tags | undefined;
}

/** What ModifySubnetAttribute changes. */
export interface SubnetAttributes {
  readonly mapPublicIpOnLaunch?: boolean | undefined;
  readonly assignIpv6OnCreation?: boolean | undefined;
}

/** A part of a subnet kept for prefixes or for explicit requests (VPC user guide, "Subnet CIDR reservations"). */
export interface CidrReservation {
  readonly id: SubnetCidrReservationId;
  readonly subnetId: SubnetId;
  readonly cidr: Cidr;
  readonly type: "prefix" | "explicit";
  readonly description: string;
}

/** What CreateSubnetCidrReservation takes. */
export interface CreateCidrReservation {
  readonly subnetId: SubnetId;
  readonly cidr: Cidr;
  readonly type: "prefix" | "explicit";
  readonly description?: string | undefined;
  readonly tags?: Tags | undefined;
}
