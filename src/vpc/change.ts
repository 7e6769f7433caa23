import type {
  EniId,
  InstanceId,
  InternetGatewayId,
  NatGatewayId,
  NetworkAclId,
  RouteTableId,
  SecurityGroupId,
  SubnetId,
  VpcId,
} from "../facts/index.ts";
import type { Cidr, Mac } from "../net/index.ts";
import type { AddressSet, Eni, Ipv6AddressSet } from "./eni.ts";

/** What happened in a region, for those who rebuild it elsewhere (the kernel, instance metadata). */
export type Change = ChangeDetail & {
  /** When, milliseconds since the epoch. */
  readonly atMs: number;
};

/** A kind of change and the objects concerned; what they are now stands in their records. */
export type ChangeDetail =
  | { readonly kind: "vpcCreated"; readonly vpcId: VpcId }
  | { readonly kind: "vpcDeleted"; readonly vpcId: VpcId }
  | { readonly kind: "vpcCidrAssociated"; readonly vpcId: VpcId; readonly cidr: Cidr }
  | { readonly kind: "vpcCidrDisassociated"; readonly vpcId: VpcId; readonly cidr: Cidr }
  | { readonly kind: "subnetCreated"; readonly subnetId: SubnetId }
  | { readonly kind: "subnetDeleted"; readonly subnetId: SubnetId }
  /** The ENI has its first addresses already; they aren't announced as assigned. */
  | { readonly kind: "eniCreated"; readonly eniId: EniId }
  /** The record is the last one. Its addresses are free, without being announced as unassigned. */
  | { readonly kind: "eniDeleted"; readonly eniId: EniId; readonly eni: Eni }
  /** The attachment was asked for; the device isn't there yet. */
  | ({ readonly kind: "eniAttaching" } & EniPlace)
  /** The device has appeared on the instance. */
  | ({ readonly kind: "eniAttached" } & EniPlace)
  /** The detachment was asked for; the device is still there. */
  | ({ readonly kind: "eniDetaching" } & EniPlace)
  /** The device has left the instance. */
  | ({ readonly kind: "eniDetached" } & EniPlace)
  | ({ readonly kind: "addressesAssigned"; readonly eniId: EniId } & AddressSet)
  | ({ readonly kind: "addressesUnassigned"; readonly eniId: EniId } & AddressSet)
  | ({ readonly kind: "ipv6Assigned"; readonly eniId: EniId } & Ipv6AddressSet)
  | ({ readonly kind: "ipv6Unassigned"; readonly eniId: EniId } & Ipv6AddressSet)
  | { readonly kind: "eniGroupsChanged"; readonly eniId: EniId }
  | { readonly kind: "elasticIpAssociated"; readonly eniId: EniId }
  | { readonly kind: "elasticIpDisassociated"; readonly eniId: EniId }
  | { readonly kind: "sourceDestCheckChanged"; readonly eniId: EniId }
  /** Followed by `eniCreated` and `eniAttached` of each of its ENIs. */
  | { readonly kind: "instanceLaunched"; readonly instanceId: InstanceId }
  | { readonly kind: "instanceRunning"; readonly instanceId: InstanceId }
  | { readonly kind: "instanceShuttingDown"; readonly instanceId: InstanceId }
  /** After `eniDetached` of each of its ENIs, and `eniDeleted` of those that go with it. */
  | { readonly kind: "instanceTerminated"; readonly instanceId: InstanceId }
  | { readonly kind: "groupCreated"; readonly groupId: SecurityGroupId }
  | { readonly kind: "groupRulesChanged"; readonly groupId: SecurityGroupId }
  | { readonly kind: "groupDeleted"; readonly groupId: SecurityGroupId }
  /** A table was made, or its routes or their states changed. */
  | { readonly kind: "routesChanged"; readonly routeTableId: RouteTableId }
  | { readonly kind: "routeTableDeleted"; readonly routeTableId: RouteTableId }
  /** The subnet uses another table from now on. */
  | {
      readonly kind: "subnetRouteTableChanged";
      readonly subnetId: SubnetId;
      readonly routeTableId: RouteTableId;
    }
  | { readonly kind: "aclChanged"; readonly aclId: NetworkAclId }
  | { readonly kind: "subnetAclChanged"; readonly subnetId: SubnetId; readonly aclId: NetworkAclId }
  | {
      readonly kind: "internetGatewayAttached" | "internetGatewayDetached";
      readonly internetGatewayId: InternetGatewayId;
      readonly vpcId: VpcId;
    }
  | {
      readonly kind: "natGatewayCreated" | "natGatewayAvailable" | "natGatewayDeleted";
      readonly natGatewayId: NatGatewayId;
    }
  | { readonly kind: "tagsChanged"; readonly resourceId: string };

/** The place of an ENI on an instance. */
export interface EniPlace {
  readonly eniId: EniId;
  readonly mac: Mac;
  readonly instanceId: InstanceId;
  readonly deviceIndex: number;
  readonly networkCardIndex: number;
}
