import { type Brand, invariant, type Random } from "../base/index.ts";

/** `vpc-…` */
export type VpcId = Brand<string, "VpcId">;
/** `subnet-…` */
export type SubnetId = Brand<string, "SubnetId">;
/** `eni-…` */
export type EniId = Brand<string, "EniId">;
/** `i-…` */
export type InstanceId = Brand<string, "InstanceId">;
/** `sg-…` */
export type SecurityGroupId = Brand<string, "SecurityGroupId">;
/** `sgr-…` */
export type SecurityGroupRuleId = Brand<string, "SecurityGroupRuleId">;
/** `rtb-…` */
export type RouteTableId = Brand<string, "RouteTableId">;
/** `rtbassoc-…`: a route table with a subnet */
export type RouteTableAssociationId = Brand<string, "RouteTableAssociationId">;
/** `eni-attach-…`: an ENI with an instance */
export type AttachmentId = Brand<string, "AttachmentId">;
/** `vpc-cidr-assoc-…`: a CIDR with a VPC */
export type VpcCidrAssociationId = Brand<string, "VpcCidrAssociationId">;
/** `scr-…` */
export type SubnetCidrReservationId = Brand<string, "SubnetCidrReservationId">;
/** `igw-…` */
export type InternetGatewayId = Brand<string, "InternetGatewayId">;
/** `nat-…` */
export type NatGatewayId = Brand<string, "NatGatewayId">;
/** `acl-…` */
export type NetworkAclId = Brand<string, "NetworkAclId">;
/** `aclassoc-…`: a network ACL with a subnet */
export type NetworkAclAssociationId = Brand<string, "NetworkAclAssociationId">;
/** `r-…`: the instances that one call started */
export type ReservationId = Brand<string, "ReservationId">;
/** `eipalloc-…`: an Elastic IP address */
export type AllocationId = Brand<string, "AllocationId">;
/** `eipassoc-…`: an Elastic IP address with an ENI */
export type ElasticIpAssociationId = Brand<string, "ElasticIpAssociationId">;
/** `trunk-assoc-…`: a branch ENI with a trunk ENI */
export type TrunkAssociationId = Brand<string, "TrunkAssociationId">;
/** `eni-perm-…` */
export type EniPermissionId = Brand<string, "EniPermissionId">;
/** `dopt-…` */
export type DhcpOptionsId = Brand<string, "DhcpOptionsId">;
/** `ami-…` */
export type ImageId = Brand<string, "ImageId">;

/** Every kind of EC2 resource that Berth knows, with the type of its id. */
export interface ResourceIds {
  readonly vpc: VpcId;
  readonly subnet: SubnetId;
  readonly eni: EniId;
  readonly instance: InstanceId;
  readonly securityGroup: SecurityGroupId;
  readonly securityGroupRule: SecurityGroupRuleId;
  readonly routeTable: RouteTableId;
  readonly routeTableAssociation: RouteTableAssociationId;
  readonly attachment: AttachmentId;
  readonly vpcCidrAssociation: VpcCidrAssociationId;
  readonly subnetCidrReservation: SubnetCidrReservationId;
  readonly internetGateway: InternetGatewayId;
  readonly natGateway: NatGatewayId;
  readonly networkAcl: NetworkAclId;
  readonly networkAclAssociation: NetworkAclAssociationId;
  readonly reservation: ReservationId;
  readonly allocation: AllocationId;
  readonly elasticIpAssociation: ElasticIpAssociationId;
  readonly trunkAssociation: TrunkAssociationId;
  readonly eniPermission: EniPermissionId;
  readonly dhcpOptions: DhcpOptionsId;
  readonly image: ImageId;
}

/** A kind of EC2 resource, in Berth's words. */
export type ResourceKind = keyof ResourceIds;

/** What ids of each kind begin with (EC2 API reference). */
export const ID_PREFIXES: Readonly<Record<ResourceKind, string>> = {
  vpc: "vpc-",
  subnet: "subnet-",
  eni: "eni-",
  instance: "i-",
  securityGroup: "sg-",
  securityGroupRule: "sgr-",
  routeTable: "rtb-",
  routeTableAssociation: "rtbassoc-",
  attachment: "eni-attach-",
  vpcCidrAssociation: "vpc-cidr-assoc-",
  subnetCidrReservation: "scr-",
  internetGateway: "igw-",
  natGateway: "nat-",
  networkAcl: "acl-",
  networkAclAssociation: "aclassoc-",
  reservation: "r-",
  allocation: "eipalloc-",
  elasticIpAssociation: "eipassoc-",
  trunkAssociation: "trunk-assoc-",
  eniPermission: "eni-perm-",
  dhcpOptions: "dopt-",
  image: "ami-",
};

/** Old ids have 8 hexadecimal digits, those since 2016 have 17. */
const SUFFIX = /^[0-9a-f]{8,17}$/;

/** The text as an id of that kind: its prefix and 8 to 17 lower-case hexadecimal digits; else undefined. */
export function parseId<K extends ResourceKind>(kind: K, text: string): ResourceIds[K] | undefined {
  const prefix = ID_PREFIXES[kind];
  const wellFormed = text.startsWith(prefix) && SUFFIX.test(text.slice(prefix.length));
  return wellFormed ? (text as ResourceIds[K]) : undefined;
}

/** An id of that kind with 17 digits from the generator. Whether it is new is up to the caller. */
export function newId<K extends ResourceKind>(kind: K, random: Random): ResourceIds[K] {
  const digits = Array.from({ length: 17 }, () => random.below(16).toString(16)).join("");
  const id = parseId(kind, `${ID_PREFIXES[kind]}${digits}`);
  invariant(id !== undefined, `not an id of kind ${kind}`);
  return id;
}

/** {@link parseId} of a VPC. */
export const parseVpcId = (text: string): VpcId | undefined => parseId("vpc", text);
/** {@link parseId} of a subnet. */
export const parseSubnetId = (text: string): SubnetId | undefined => parseId("subnet", text);
/** {@link parseId} of an ENI. */
export const parseEniId = (text: string): EniId | undefined => parseId("eni", text);
/** {@link parseId} of an instance. */
export const parseInstanceId = (text: string): InstanceId | undefined => parseId("instance", text);
/** {@link parseId} of a security group. */
export const parseSecurityGroupId = (text: string): SecurityGroupId | undefined =>
  parseId("securityGroup", text);
/** {@link parseId} of a route table. */
export const parseRouteTableId = (text: string): RouteTableId | undefined =>
  parseId("routeTable", text);
/** {@link parseId} of an ENI attachment. */
export const parseAttachmentId = (text: string): AttachmentId | undefined =>
  parseId("attachment", text);
