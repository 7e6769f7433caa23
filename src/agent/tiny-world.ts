import { invariant } from "../base/index.ts";
import { parseAttachmentId, parseEniId, parseSecurityGroupId } from "../facts/index.ts";
import type { AttachmentId, EniId, SecurityGroupId, SubnetId } from "../facts/index.ts";
import { addIpv4, cidrContains, parseCidr, parseCidr6, parseMac } from "../net/index.ts";
import type { Cidr, Ip, Ipv4 } from "../net/index.ts";
import type { Ec2, Ec2Attachment, Ec2Eni, Ec2SecurityGroup, Ec2Subnet } from "./ec2.ts";
import type { EniLink, Kernel, PodToWire } from "./kernel.ts";
import type { InstanceMetadata, MetadataEni } from "./metadata.ts";
import { inMetadata } from "./tiny-metadata.ts";
import { tinyKernel } from "./tiny-kernel.ts";
import { refusal } from "./tiny-refusal.ts";
import { INSTANCE, LIMITS, must, SUBNET, TINY_SUBNET } from "./tiny-instance.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * For the tests of this room: one subnet, one instance, its metadata and its kernel, as far as an agent can tell. It
 * keeps state, obeys the limits, and can be told to refuse, to be late, and to lose things.
 */
export class TinyWorld {
  readonly enis: Mutable<Ec2Eni>[] = [];
  /** Addresses of the subnet that EC2 may still give. */
  free: Ipv4[] = Array.from({ length: 200 }, (_, index) => addIpv4(SUBNET.base, 20 + index));
  /** EC2's operations as they were called. */
  readonly calls: string[] = [];
  /** EC2's codes to answer with, by operation, each once. */
  readonly refusals: Map<string, string[]> = new Map();
  /** How many looks at metadata a new attachment stays invisible for. */
  metadataLag = 0;
  /** What the kernel holds: pods by address, ENIs by primary address, and addresses with rules. */
  readonly pods: Map<Ip, PodToWire> = new Map();
  readonly links: Map<Ipv4, EniLink> = new Map();
  /** Thrown by each set-up of an ENI while it is there. */
  linkError: Error | undefined;
  /** Thrown by the next wiring. */
  wiringError: Error | undefined;
  /** Tags of the instance's subnet, and the other subnets that EC2 knows. */
  subnetTags: Record<string, string> = {};
  otherSubnets: Ec2Subnet[] = [];
  /** Subnets that give nothing, whatever EC2 counts. */
  readonly fullSubnets: Set<SubnetId> = new Set();
  /** Security groups of the primary ENI as metadata shows them, and all that EC2 knows. */
  primaryGroups: SecurityGroupId[] = [must(parseSecurityGroupId("sg-00000001"))];
  knownGroups: Ec2SecurityGroup[] = [
    { id: must(parseSecurityGroupId("sg-00000001")), vpc: INSTANCE.vpc },
  ];
  vpcCidrs: Cidr[] = [must(parseCidr("10.0.0.0/16"))];
  hostSetUps = 0;
  #next = 2;
  readonly #lag = new Map<EniId, number>();

  constructor() {
    const attachment = this.#attachment(0);
    this.enis.push({
      ...this.#newEni(INSTANCE.primaryEni, INSTANCE.localIpv4),
      attachment,
      status: "in-use",
    });
  }

  /** The next call of the operation is refused with the code. */
  refuse(operation: keyof Ec2, code: string): void {
    this.refusals.set(operation, [...(this.refusals.get(operation) ?? []), code]);
  }

  /** Secondary addresses on ENIs of the instance, as EC2 counts. */
  get attachedAddresses(): Ipv4[] {
    const attached = this.enis.filter(({ attachment }) => attachment !== undefined);
    return attached.flatMap(({ secondaryIpv4s }) => secondaryIpv4s);
  }

  readonly ec2: Ec2 = {
    instanceEnis: async () =>
      this.#call("instanceEnis", () => this.enis.filter((eni) => eni.attachment !== undefined)),
    eni: async (id) => this.#call("eni", () => this.enis.find((eni) => eni.id === id)),
    unattachedEnis: async ({ tags }) =>
      this.#call("unattachedEnis", () =>
        this.enis.filter(
          (eni) =>
            eni.attachment === undefined &&
            Object.entries(tags).every(([key, value]) =>
              value === undefined ? key in eni.tags : eni.tags[key] === value,
            ),
        ),
      ),
    subnets: async (which) =>
      this.#call("subnets", () => {
        const freeAddresses = this.free.length;
        const all = [
          { ...TINY_SUBNET, freeAddresses, tags: this.subnetTags },
          ...this.otherSubnets,
        ];
        return "vpc" in which
          ? all.filter(({ vpc }) => vpc === which.vpc)
          : all.filter(({ id }) => which.ids.includes(id));
      }),
    securityGroups: async (ids) =>
      this.#call("securityGroups", () => this.knownGroups.filter(({ id }) => ids.includes(id))),
    setSecurityGroups: async ({ eni, securityGroups }) =>
      this.#call("setSecurityGroups", () => {
        this.#eni("setSecurityGroups", eni).securityGroups = securityGroups;
      }),
    deviceIndexes: async () =>
      this.#call(
        "deviceIndexes",
        () => new Set(this.enis.flatMap(({ attachment }) => attachment?.deviceIndex ?? [])),
      ),
    limits: async () => LIMITS,
    createEni: async ({ subnet, securityGroups, description, tags, count }) =>
      this.#call("createEni", () => {
        if (this.fullSubnets.has(subnet))
          throw refusal("createEni", "InsufficientFreeAddressesInSubnet");
        const [primary, ...secondaryIpv4s] = this.#take("createEni", count + 1);
        const eni = this.#newEni(must(parseEniId(`eni-${this.#digits()}`)), must(primary));
        this.enis.push({ ...eni, subnet, securityGroups, description, tags, secondaryIpv4s });
        return eni.id;
      }),
    attachEni: async ({ eni: id, deviceIndex }) =>
      this.#call("attachEni", () => {
        const eni = this.#eni("attachEni", id);
        const attachment = this.#attachment(deviceIndex);
        eni.attachment = attachment;
        eni.status = "in-use";
        this.#lag.set(id, this.metadataLag);
        return attachment.id;
      }),
    deleteWithInstance: async ({ eni }) =>
      this.#call("deleteWithInstance", () => {
        const found = this.#eni("deleteWithInstance", eni);
        if (found.attachment !== undefined)
          found.attachment = { ...found.attachment, deleteOnTermination: true };
      }),
    assign: async ({ eni: id, count }) =>
      this.#call("assign", () => {
        const eni = this.#eni("assign", id);
        if (eni.secondaryIpv4s.length + count >= LIMITS.ipv4PerEni)
          throw refusal("assign", "PrivateIpAddressLimitExceeded");
        const ipv4s = this.#take("assign", count);
        eni.secondaryIpv4s = [...eni.secondaryIpv4s, ...ipv4s];
        return { ipv4s, prefixes: [] };
      }),
    assignIpv6Prefix: async (id) =>
      this.#call("assignIpv6Prefix", () => {
        const eni = this.#eni("assignIpv6Prefix", id);
        const text = `2600:1f14:1:1:${(eni.ipv6Prefixes.length + 5).toString()}::/80`;
        const prefix = must(parseCidr6(text));
        eni.ipv6Prefixes = [...eni.ipv6Prefixes, prefix];
        return prefix;
      }),
    unassign: async ({ eni: id, ipv4s }) =>
      this.#call("unassign", () => {
        const eni = this.#eni("unassign", id);
        eni.secondaryIpv4s = eni.secondaryIpv4s.filter((ip) => !ipv4s.includes(ip));
        this.free.push(...ipv4s);
      }),
    detachEni: async (attachment) =>
      this.#call("detachEni", () => {
        const eni = this.enis.find((candidate) => candidate.attachment?.id === attachment);
        if (eni === undefined) throw refusal("detachEni", "InvalidAttachmentID.NotFound");
        eni.attachment = undefined;
        eni.status = "available";
      }),
    deleteEni: async (id) =>
      this.#call("deleteEni", () => {
        const eni = this.#eni("deleteEni", id);
        if (eni.attachment !== undefined) throw refusal("deleteEni", "InvalidParameterValue");
        this.enis.splice(this.enis.indexOf(eni), 1);
        this.free.push(must(eni.primaryIpv4), ...eni.secondaryIpv4s);
      }),
    tag: async (id, tags) =>
      this.#call("tag", () => {
        const eni = this.#eni("tag", id);
        eni.tags = { ...eni.tags, ...tags };
      }),
  };

  readonly metadata: InstanceMetadata = {
    instance: async () => INSTANCE,
    vpcCidrs: async () => this.vpcCidrs,
    securityGroups: async () => this.primaryGroups,
    enis: async () => this.enis.flatMap((eni) => this.#shown(eni)),
  };

  readonly kernel: Kernel = tinyKernel(this);

  #shown(eni: Ec2Eni): MetadataEni[] {
    const lag = this.#lag.get(eni.id) ?? 0;
    this.#lag.set(eni.id, lag - 1);
    return lag > 0 ? [] : inMetadata(eni);
  }

  #call<T>(operation: keyof Ec2, work: () => T): T {
    this.calls.push(operation);
    const code = this.refusals.get(operation)?.shift();
    if (code !== undefined) throw refusal(operation, code);
    return work();
  }

  #eni(operation: string, id: EniId): Mutable<Ec2Eni> {
    const eni = this.enis.find((candidate) => candidate.id === id);
    if (eni === undefined) throw refusal(operation, "InvalidNetworkInterfaceID.NotFound");
    return eni;
  }

  #take(operation: string, count: number): Ipv4[] {
    if (this.free.length < count) throw refusal(operation, "InsufficientFreeAddressesInSubnet");
    return this.free.splice(0, count);
  }

  #newEni(id: EniId, primaryIpv4: Ipv4): Ec2Eni {
    invariant(cidrContains(SUBNET, primaryIpv4), "an address outside the subnet");
    return {
      id,
      mac: must(parseMac(`02:00:00:00:00:${id.slice(-2)}`)),
      subnet: INSTANCE.subnet,
      securityGroups: [must(parseSecurityGroupId("sg-00000001"))],
      description: "",
      interfaceType: "interface",
      status: "available",
      attachment: undefined,
      primaryIpv4,
      secondaryIpv4s: [],
      prefixes: [],
      ipv6Prefixes: [],
      tags: {},
    };
  }

  #attachment(deviceIndex: number): Ec2Attachment & { readonly id: AttachmentId } {
    const id: AttachmentId = must(parseAttachmentId(`eni-attach-${this.#digits()}`));
    return {
      id,
      instance: INSTANCE.instanceId,
      deviceIndex,
      networkCard: 0,
      deleteOnTermination: deviceIndex === 0,
    };
  }

  #digits(): string {
    return (this.#next++).toString(16).padStart(8, "0");
  }
}
