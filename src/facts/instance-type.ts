import table from "./instance-types.json" with { type: "json" };

/** One network card of an instance type. */
export interface NetworkCard {
  readonly index: number;
  readonly maxEnis: number;
}

/** What an EC2 instance type offers to a pod network. Null means that the source doesn't say. */
export interface InstanceType {
  /** The name, `m5.large`. */
  readonly type: string;
  /** ENIs of network card 0, the only card that carries ordinary pods. The primary ENI counts. */
  readonly enis: number;
  /** IPv4 addresses of one ENI, its primary address included; a /28 prefix takes the place of one. */
  readonly ipv4PerEni: number;
  readonly networkCards: readonly NetworkCard[];
  readonly hypervisor: "nitro" | "xen" | null;
  readonly bareMetal: boolean;
  /** Whether the type can have a trunk ENI, for security groups for pods. */
  readonly trunking: boolean | null;
  /** How many branch ENIs a trunk of the type carries. */
  readonly branchEnis: number | null;
  readonly vcpus: number | null;
  readonly memoryMiB: number | null;
  readonly arch: "amd64" | "arm64" | null;
  /** On-demand price of an hour in us-east-1, Linux, in US dollars. */
  readonly usdPerHourUsEast1: number | null;
}

const types = table as readonly InstanceType[];
const byName: ReadonlyMap<string, InstanceType> = new Map(types.map((type) => [type.type, type]));

/** The instance type of that exact name, or undefined. */
export function instanceType(name: string): InstanceType | undefined {
  return byName.get(name);
}

/** All instance types, sorted by name. */
export function instanceTypes(): readonly InstanceType[] {
  return types;
}

/** Addresses or prefixes that pods can get on one ENI: all but its primary address. */
export function slotsPerEni(type: InstanceType): number {
  return type.ipv4PerEni - 1;
}

/** Whether ENIs of the type take /28 prefixes: on the Nitro system only, bare metal included. */
export function takesPrefixes(type: InstanceType): boolean {
  return type.hypervisor === "nitro" || type.bareMetal;
}
