export {
  eniDescription,
  ENI_DESCRIPTION_PREFIX,
  ENI_OWNER,
  RESERVED_TAG_KEY_PART,
  TAG_KEYS,
} from "./cni-constants.ts";
export {
  ADDRESSES_PER_PREFIX,
  ENIS_PER_REGION,
  IPV6_PREFIX_BITS,
  PREFIX_BITS,
  RESERVED_AT_SUBNET_END,
  RESERVED_AT_SUBNET_START,
  RESERVED_PER_SUBNET,
  SECURITY_GROUPS_PER_ENI,
  SUBNET_MAX_BITS,
  SUBNET_MIN_BITS,
} from "./ec2-constants.ts";
export {
  ID_PREFIXES,
  newId,
  parseAttachmentId,
  parseEniId,
  parseId,
  parseInstanceId,
  parseRouteTableId,
  parseSecurityGroupId,
  parseSubnetId,
  parseVpcId,
} from "./ids.ts";
export type {
  AllocationId,
  AttachmentId,
  DhcpOptionsId,
  ElasticIpAssociationId,
  EniId,
  EniPermissionId,
  ImageId,
  InstanceId,
  InternetGatewayId,
  NatGatewayId,
  NetworkAclAssociationId,
  NetworkAclId,
  ReservationId,
  ResourceIds,
  ResourceKind,
  RouteTableAssociationId,
  RouteTableId,
  SecurityGroupId,
  SecurityGroupRuleId,
  SubnetCidrReservationId,
  SubnetId,
  TrunkAssociationId,
  VpcCidrAssociationId,
  VpcId,
} from "./ids.ts";
export { instanceType, instanceTypes, slotsPerEni, takesPrefixes } from "./instance-type.ts";
export type { InstanceType, NetworkCard } from "./instance-type.ts";
export { HOST_NETWORK_PODS, maxPods } from "./max-pods.ts";
export type { MaxPods, MaxPodsMode, Refusal, ToldMaxPods } from "./max-pods.ts";
