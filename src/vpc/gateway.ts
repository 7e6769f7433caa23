import type {
  AllocationId,
  ElasticIpAssociationId,
  EniId,
  InternetGatewayId,
  NatGatewayId,
  SubnetId,
  VpcId,
} from "../facts/index.ts";
import type { Ipv4 } from "../net/index.ts";
import type { Tags } from "./tag.ts";

/** An internet gateway; it serves the VPC it is attached to. */
export interface InternetGateway {
  readonly id: InternetGatewayId;
  readonly vpcId: VpcId | undefined;
}

/** A NAT gateway. It holds an address of its subnet, on an ENI of its own. */
export interface NatGateway {
  readonly id: NatGatewayId;
  readonly vpcId: VpcId;
  readonly subnetId: SubnetId;
  /** `deleted` ones stay visible for an hour. */
  readonly state: "pending" | "available" | "deleting" | "deleted";
  readonly connectivity: "public" | "private";
  readonly eniId: EniId;
  readonly privateIp: Ipv4;
  /** The Elastic IP address that the outside sees; undefined for `private`. */
  readonly elasticIp: { readonly id: AllocationId; readonly publicIp: Ipv4 } | undefined;
  readonly createdAtMs: number;
}

/** What CreateNatGateway takes. */
export interface CreateNatGateway {
  readonly subnetId: SubnetId;
  /** Default `public`, which needs an allocation. */
  readonly connectivity?: "public" | "private" | undefined;
  readonly allocationId?: AllocationId | undefined;
  /** A random free address of the subnet when left out. */
  readonly privateIp?: Ipv4 | undefined;
  readonly tags?: Tags | undefined;
}

/** An Elastic IP address. */
export interface ElasticIp {
  readonly id: AllocationId;
  readonly publicIp: Ipv4;
  /** The NAT gateway that uses it. */
  readonly natGatewayId: NatGatewayId | undefined;
  /** The private address that it stands for. An ENI takes its association with it when it is deleted. */
  readonly association: ElasticIpAssociation | undefined;
}

/** An Elastic IP address in use by an ENI. */
export interface ElasticIpAssociation {
  readonly id: ElasticIpAssociationId;
  readonly eniId: EniId;
  readonly privateIp: Ipv4;
}

/** What AssociateAddress takes. */
export interface AssociateAddress {
  readonly allocationId: AllocationId;
  readonly eniId: EniId;
  /** An address of the ENI; its primary one when left out. */
  readonly privateIp?: Ipv4 | undefined;
}
