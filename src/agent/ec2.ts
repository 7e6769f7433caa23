import type {
  AttachmentId,
  EniId,
  InstanceId,
  SecurityGroupId,
  SubnetId,
  VpcId,
} from "../facts/index.ts";
import type { Cidr, Cidr6, Ipv4, Mac } from "../net/index.ts";

/** An ENI as EC2 describes it. EC2 has the last word where metadata says something else. */
export interface Ec2Eni {
  readonly id: EniId;
  readonly mac: Mac;
  readonly subnet: SubnetId;
  readonly securityGroups: readonly SecurityGroupId[];
  readonly description: string;
  /** `interface`, `trunk`, `efa`, `efa-only` and others. */
  readonly interfaceType: string;
  /** `available`, `attaching`, `in-use` or `detaching`. */
  readonly status: string;
  readonly attachment: Ec2Attachment | undefined;
  /** Undefined only for an ENI without IPv4. */
  readonly primaryIpv4: Ipv4 | undefined;
  /** Secondary addresses; those of prefixes are not among them. */
  readonly secondaryIpv4s: readonly Ipv4[];
  readonly prefixes: readonly Cidr[];
  /** /80 prefixes. */
  readonly ipv6Prefixes: readonly Cidr6[];
  readonly tags: Readonly<Record<string, string>>;
}

/** How an ENI hangs on an instance. */
export interface Ec2Attachment {
  /** Undefined where instance metadata stands for EC2, which does not show it. */
  readonly id: AttachmentId | undefined;
  readonly instance: InstanceId | undefined;
  readonly deviceIndex: number;
  readonly networkCard: number;
  /** Whether EC2 deletes the ENI with the instance. */
  readonly deleteOnTermination: boolean;
}

/** A subnet as EC2 describes it. */
export interface Ec2Subnet {
  readonly id: SubnetId;
  readonly vpc: VpcId;
  /** Its Availability Zone, `us-east-1a`. */
  readonly zone: string;
  readonly cidr: Cidr;
  /** What EC2 counts as free; it lags by seconds, and free addresses need not make up a free /28. */
  readonly freeAddresses: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** A security group. */
export interface Ec2SecurityGroup {
  readonly id: SecurityGroupId;
  readonly vpc: VpcId;
}

/** Which ENIs: those with all of these tags. A tag's value may be any where it is undefined. */
export interface EniQuery {
  readonly tags: Readonly<Record<string, string | undefined>>;
  /** Undefined: of any VPC of the account in the Region. */
  readonly vpc?: VpcId | undefined;
}

/** What a new ENI gets. It has no attachment yet. */
export interface NewEni {
  readonly subnet: SubnetId;
  readonly securityGroups: readonly SecurityGroupId[];
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Secondary addresses or /28 prefixes to come with it. */
  readonly unit: AllocationUnit;
  readonly count: number;
}

/** What is allocated: single secondary addresses, or /28 prefixes. */
export type AllocationUnit = "address" | "prefix";

/** Exactly what one assignment added to an ENI. */
export interface Assigned {
  readonly ipv4s: readonly Ipv4[];
  readonly prefixes: readonly Cidr[];
}

/** Limits of an instance type, on network card 0. */
export interface InstanceLimits {
  readonly enis: number;
  readonly ipv4PerEni: number;
  /** Whether its ENIs take /28 prefixes (Nitro or bare metal). */
  readonly prefixes: boolean;
  /** Whether it takes a trunk ENI, for security groups of pods. */
  readonly trunk: boolean;
}

/**
 * The operations of EC2 that the agent performs. Each is one request (paged where EC2 pages) and is repeated by the
 * adapter only for throttling and broken connections; every other failure is thrown at once as {@link Ec2Error}.
 */
export interface Ec2 {
  /** The ENIs attached to the instance, being attached or being detached. */
  instanceEnis(instance: InstanceId): Promise<readonly Ec2Eni[]>;
  /** One ENI; undefined if EC2 doesn't know it. */
  eni(id: EniId): Promise<Ec2Eni | undefined>;
  /** ENIs without attachment. */
  unattachedEnis(query: EniQuery): Promise<readonly Ec2Eni[]>;
  /** All subnets of a VPC, or those of these that exist. */
  subnets(
    which: { readonly vpc: VpcId } | { readonly ids: readonly SubnetId[] },
  ): Promise<readonly Ec2Subnet[]>;
  /** Those of these that exist. */
  securityGroups(ids: readonly SecurityGroupId[]): Promise<readonly Ec2SecurityGroup[]>;
  /** Device indexes in use on network card 0 of the instance. */
  deviceIndexes(instance: InstanceId): Promise<ReadonlySet<number>>;
  /** Limits of a type, from DescribeInstanceTypes. */
  limits(instanceType: string): Promise<InstanceLimits>;
  createEni(eni: NewEni): Promise<EniId>;
  attachEni(attachment: {
    eni: EniId;
    instance: InstanceId;
    deviceIndex: number;
  }): Promise<AttachmentId>;
  /** Makes EC2 delete the ENI when the instance ends. */
  deleteWithInstance(attachment: { eni: EniId; attachment: AttachmentId }): Promise<void>;
  /** Replaces the security groups of an ENI. */
  setSecurityGroups(change: {
    eni: EniId;
    securityGroups: readonly SecurityGroupId[];
  }): Promise<void>;
  assign(wanted: { eni: EniId; unit: AllocationUnit; count: number }): Promise<Assigned>;
  /** One more /80. */
  assignIpv6Prefix(eni: EniId): Promise<Cidr6>;
  unassign(given: { eni: EniId } & Assigned): Promise<void>;
  detachEni(attachment: AttachmentId): Promise<void>;
  deleteEni(eni: EniId): Promise<void>;
  tag(eni: EniId, tags: Readonly<Record<string, string>>): Promise<void>;
}
