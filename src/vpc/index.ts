export type { Attachments } from "./attachments.ts";
export type { Change, ChangeDetail, EniPlace } from "./change.ts";
export type { CidrReservations } from "./cidr-reservations.ts";
export type { EniAddresses } from "./eni-addresses.ts";
export type { ElasticIps } from "./elastic-ips.ts";
export { eniStatus } from "./eni.ts";
export type {
  AddressRequest,
  AddressSet,
  AssignAddresses,
  AttachEni,
  Attachment,
  ConnectionTracking,
  CreateEni,
  Eni,
  EniAttributes,
  InterfaceType,
  Ipv6AddressSet,
  Ipv6Request,
} from "./eni.ts";
export type { Enis } from "./enis.ts";
export type { Ec2ErrorCode, Ec2Failure, Outcome } from "./failure.ts";
export type { Follower } from "./follower.ts";
export type {
  AssociateAddress,
  CreateNatGateway,
  ElasticIp,
  ElasticIpAssociation,
  InternetGateway,
  NatGateway,
} from "./gateway.ts";
export type { InternetGateways } from "./internet-gateways.ts";
export type { NatGateways } from "./nat-gateways.ts";
export type {
  ExistingLaunchEni,
  Instance,
  InstanceState,
  LaunchDetails,
  LaunchEni,
  LaunchSlot,
  MetadataOptions,
  NewLaunchEni,
  Reservation,
  RunInstances,
  Termination,
} from "./instance.ts";
export type { Instances } from "./instances.ts";
export type { AclEntry, CreateNetworkAcl, NetworkAcl } from "./network-acl.ts";
export type { NetworkAcls } from "./network-acls.ts";
export { Region } from "./region.ts";
export type { Records } from "./region.ts";
export type { ResourceTags, TagToDelete } from "./resource-tags.ts";
export { routeFor } from "./route-table.ts";
export type {
  CreateRoute,
  CreateRouteTable,
  Route,
  RouteDestination,
  RouteTable,
  RouteTableAssociation,
  RouteTarget,
} from "./route-table.ts";
export type { RouteTables } from "./route-tables.ts";
export type {
  ChangePermissions,
  CreateSecurityGroup,
  Direction,
  Peer,
  Permission,
  SecurityGroup,
  SecurityGroupRule,
} from "./security-group.ts";
export type { SecurityGroups } from "./security-groups.ts";
export { DEFAULT_QUOTAS, DEFAULT_TIMING, INSTANT_TIMING, regionSettings } from "./settings.ts";
export type { Delay, Quotas, RegionSettings, Timing } from "./settings.ts";
export type {
  CidrReservation,
  CreateCidrReservation,
  CreateSubnet,
  Subnet,
  SubnetAttributes,
} from "./subnet.ts";
export type { Subnets } from "./subnets.ts";
export type { Directory } from "./table.ts";
export type { TagRecord, Tags } from "./tag.ts";
export type { CreateVpc, Vpc, VpcCidr, VpcIpv6Cidr } from "./vpc.ts";
export type { Vpcs } from "./vpcs.ts";
export type { Zone } from "./zone.ts";
