import { BerthError, invariant } from "../base/index.ts";
import { cidrOf } from "../net/index.ts";
import type { Cidr } from "../net/index.ts";
import type { AttachedEni, EniRole } from "../pool/index.ts";
import { retry } from "./back-off.ts";
import type { Ec2Eni } from "./ec2.ts";
import type { MetadataEni } from "./metadata.ts";
import type { KnownEni, Node } from "./node.ts";

// A hot-plugged ENI shows up in the kernel within about a second.
const LINK_WAIT = { startMs: 100, capMs: 1000, jitterShare: 0, attempts: 15 };

/** Readies an ENI in the kernel, waiting for its link, and remembers it. Throws BerthError `linkNotFound` and others. */
export async function setUpEni(node: Node, shown: MetadataEni, role: EniRole): Promise<KnownEni> {
  const eni = describe(shown, role);
  const { subnetCidr } = eni;
  if (role !== "primary") {
    const { mac } = shown;
    const { primaryAddress, deviceIndex } = eni;
    const link = {
      mac,
      primaryAddress,
      subnetCidr,
      deviceIndex,
      role: role === "trunk" ? role : "secondary",
    } as const;
    await retry(async () => node.kernel.setUpEni(link), LINK_WAIT, {
      worthwhile: isMissingLink,
      signal: node.stopping,
      time: node.time,
    });
  }
  return remember(node, { ...eni, kernel: "set" });
}

/** Remembers an ENI that the kernel would not take. */
export function noteUnset(node: Node, shown: MetadataEni, role: EniRole): KnownEni {
  return remember(node, { ...describe(shown, role), kernel: "unset" });
}

/** Remembers an ENI that instance metadata does not show, from what EC2 says. The kernel has it as the last process left it. */
export function noteUnseen(node: Node, eni: Ec2Eni, role: EniRole): KnownEni {
  const { id, subnet, primaryIpv4, attachment } = eni;
  invariant(
    primaryIpv4 !== undefined && attachment !== undefined,
    `ENI ${id} holds pods and has neither address nor attachment`,
  );
  const { deviceIndex } = attachment;
  const seen = { id, deviceIndex, role, subnet, subnetCidr: undefined };
  return remember(node, { ...seen, primaryAddress: primaryIpv4, kernel: "unset" });
}

/** The role that an ENI's type gives it. */
export function roleOf(
  node: Pick<Node, "instance">,
  { id, interfaceType }: Pick<Ec2Eni, "id" | "interfaceType">,
): EniRole {
  if (id === node.instance.primaryEni) return "primary";
  if (interfaceType === "trunk" || interfaceType === "efa") return interfaceType;
  return "secondary";
}

/** An ENI as the pool takes it. */
export function attached(eni: KnownEni, blocks: readonly Cidr[]): AttachedEni {
  return {
    id: eni.id,
    deviceIndex: eni.deviceIndex,
    role: eni.role,
    service: serviceOf(eni),
    subnetId: eni.subnet,
    primaryAddress: eni.primaryAddress,
    blocks,
  };
}

/** Whether new pods get addresses of the ENI. */
export function serviceOf({
  kernel,
  pods,
}: Pick<KnownEni, "kernel" | "pods">): AttachedEni["service"] {
  return kernel === "set" && pods === "open" ? "pods" : "excluded";
}

/** The blocks of an ENI as EC2 has them. */
export function ec2Blocks({
  secondaryIpv4s,
  prefixes,
}: Pick<Ec2Eni, "secondaryIpv4s" | "prefixes">): Cidr[] {
  return [...secondaryIpv4s.map((ip) => cidrOf(ip, 32)), ...prefixes];
}

/** The blocks of an ENI as instance metadata has them: all but its first address. */
export function shownBlocks({ ipv4s, prefixes }: MetadataEni): Cidr[] {
  return ec2Blocks({ secondaryIpv4s: ipv4s.slice(1), prefixes });
}

function describe(
  { id, deviceIndex, subnet, subnetCidr, ipv4s }: MetadataEni,
  role: EniRole,
): Omit<KnownEni, "kernel" | "pods"> & { readonly subnetCidr: Cidr } {
  const [primaryAddress] = ipv4s;
  invariant(
    primaryAddress !== undefined && subnetCidr !== undefined,
    `ENI ${id} is set up before it has an address`,
  );
  return { id, deviceIndex, role, subnet, subnetCidr, primaryAddress };
}

function remember(node: Node, eni: Omit<KnownEni, "pods">): KnownEni {
  const known = { ...eni, pods: node.subnets.isClosed(eni.subnet) ? "closed" : "open" } as const;
  node.enis.set(known.id, known);
  return known;
}

function isMissingLink(error: unknown): boolean {
  return error instanceof BerthError && error.code === "linkNotFound";
}
