import type {
  AttachmentId,
  EniId,
  InstanceId,
  SecurityGroupId,
  SubnetId,
  VpcId,
} from "../facts/index.ts";
import type { Cidr, Cidr6, Ipv4, Ipv6, Mac } from "../net/index.ts";
import type { Tags } from "./tag.ts";
import type { Zone } from "./zone.ts";

/** A network interface. */
export interface Eni {
  readonly id: EniId;
  readonly subnetId: SubnetId;
  readonly vpcId: VpcId;
  readonly zone: Zone;
  readonly mac: Mac;
  readonly description: string;
  readonly interfaceType: InterfaceType;
  /** The primary address first, then the secondary ones. Empty only for `efa-only`. */
  readonly addresses: readonly Ipv4[];
  /** Delegated /28s. */
  readonly prefixes: readonly Cidr[];
  readonly ipv6Addresses: readonly Ipv6[];
  /** Delegated /80s. */
  readonly ipv6Prefixes: readonly Cidr6[];
  readonly groupIds: readonly SecurityGroupId[];
  readonly sourceDestCheck: boolean;
  /** Made by EC2 for a resource of its own (a NAT gateway); users can't change or delete it. */
  readonly requesterManaged: boolean;
  readonly connectionTracking: ConnectionTracking | undefined;
  /** Undefined when the ENI is `available`. */
  readonly attachment: Attachment | undefined;
}

/** EC2's interface types that the room knows. */
export type InterfaceType = "interface" | "trunk" | "branch" | "efa" | "efa-only" | "natGateway";

/** Idle timeouts of tracked connections, in seconds. */
export interface ConnectionTracking {
  readonly tcpEstablishedTimeoutS?: number | undefined;
  readonly udpStreamTimeoutS?: number | undefined;
  readonly udpTimeoutS?: number | undefined;
}

/** An ENI in its place on an instance. EC2 drops it when the detachment is complete. */
export interface Attachment {
  readonly id: AttachmentId;
  readonly instanceId: InstanceId;
  readonly deviceIndex: number;
  readonly networkCardIndex: number;
  readonly deleteOnTermination: boolean;
  readonly status: "attaching" | "attached" | "detaching";
  /** When the attachment was asked for, milliseconds since the epoch. */
  readonly attachedAtMs: number;
}

/** EC2's status of an ENI: `in-use` from the call that attaches it until its detachment is complete. */
export function eniStatus(eni: Eni): "available" | "in-use" {
  return eni.attachment === undefined && !eni.requesterManaged ? "available" : "in-use";
}

/** The addresses an ENI gets. Only one of the four ways to ask for more than the primary can be used. */
export interface AddressRequest {
  /** The primary address; a random free one when left out. */
  readonly primary?: Ipv4 | undefined;
  /** That many besides the primary. */
  readonly secondaryCount?: number | undefined;
  readonly secondaries?: readonly Ipv4[] | undefined;
  readonly prefixCount?: number | undefined;
  readonly prefixes?: readonly Cidr[] | undefined;
}

/** The IPv6 addresses and prefixes an ENI gets; only one of the four ways to ask can be used. */
export interface Ipv6Request {
  readonly ipv6Count?: number | undefined;
  readonly ipv6Addresses?: readonly Ipv6[] | undefined;
  readonly ipv6PrefixCount?: number | undefined;
  readonly ipv6Prefixes?: readonly Cidr6[] | undefined;
}

/** What CreateNetworkInterface takes. */
export interface CreateEni extends AddressRequest, Ipv6Request {
  readonly subnetId: SubnetId;
  readonly description?: string | undefined;
  /** The default group of the VPC when left out or empty. */
  readonly groupIds?: readonly SecurityGroupId[] | undefined;
  readonly interfaceType?: Exclude<InterfaceType, "natGateway"> | undefined;
  readonly connectionTracking?: ConnectionTracking | undefined;
  readonly tags?: Tags | undefined;
}

/** What ModifyNetworkInterfaceAttribute changes: exactly one of these. */
export interface EniAttributes {
  /** Replaces the whole set. */
  readonly groupIds?: readonly SecurityGroupId[] | undefined;
  readonly description?: string | undefined;
  readonly sourceDestCheck?: boolean | undefined;
  readonly connectionTracking?: ConnectionTracking | undefined;
  readonly attachment?:
    { readonly id: AttachmentId; readonly deleteOnTermination: boolean } | undefined;
}

/** What AssignPrivateIpAddresses takes: exactly one of the four ways to ask. */
export interface AssignAddresses extends Omit<AddressRequest, "primary"> {
  readonly eniId: EniId;
  /** `allow` lets named secondary addresses of other ENIs move here. Default `refuse`. */
  readonly reassignment?: "allow" | "refuse" | undefined;
}

/** What a call has added to an ENI, or taken from it. */
export interface AddressSet {
  readonly addresses: readonly Ipv4[];
  readonly prefixes: readonly Cidr[];
}

/** IPv6 addresses and prefixes that a call has added to an ENI, or taken from it. */
export interface Ipv6AddressSet {
  readonly addresses: readonly Ipv6[];
  readonly prefixes: readonly Cidr6[];
}

/** What AttachNetworkInterface takes. */
export interface AttachEni {
  readonly eniId: EniId;
  readonly instanceId: InstanceId;
  readonly deviceIndex: number;
  /** Default 0. */
  readonly networkCardIndex?: number | undefined;
}
