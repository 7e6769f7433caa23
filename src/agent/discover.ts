import { BerthError } from "../base/index.ts";
import { instanceType, takesPrefixes } from "../facts/index.ts";
import type { EniId } from "../facts/index.ts";
import { cidrContains } from "../net/index.ts";
import type { Cidr, Ipv4 } from "../net/index.ts";
import type { AttachedEni } from "../pool/index.ts";
import { BACK_OFF, retry } from "./back-off.ts";
import type { AgentConfig } from "./config.ts";
import type { Ec2, Ec2Eni, InstanceLimits } from "./ec2.ts";
import { Ec2Error } from "./ec2-error.ts";
import { ignore, isLeaving, tagEni, tieToInstance, whyNotOurs } from "./eni-inspection.ts";
import { attached, ec2Blocks, noteUnseen, noteUnset, roleOf, setUpEni } from "./eni-set-up.ts";
import type { HostNews } from "./kernel.ts";
import { errorFacts } from "./log.ts";
import type { InstanceFacts, MetadataEni } from "./metadata.ts";
import type { Node, NodePorts } from "./node.ts";
import { EniNotShown } from "./step-failure.ts";
import { newSubnets } from "./subnets/known-subnets.ts";

/** The node as the agent found it. */
export interface Discovered {
  readonly node: Node;
  /** What the pool starts from: the managed ENIs with the blocks that EC2 says they have. */
  readonly enis: readonly AttachedEni[];
  /** The VPC's blocks that the host is set up for. */
  readonly vpcCidrs: readonly Cidr[];
  /** Attached ENIs of network card 0 that are not ours to use. */
  readonly unmanagedEnis: number;
  /** The instance's ENIs as EC2 described them. */
  readonly described: readonly Ec2Eni[];
}

/** Limits of an instance type: from the table, or for a type newer than it from EC2. */
export async function limitsOf(ec2: Pick<Ec2, "limits">, name: string): Promise<InstanceLimits> {
  const type = instanceType(name);
  if (type === undefined) return ec2.limits(name);
  return {
    enis: type.enis,
    ipv4PerEni: type.ipv4PerEni,
    prefixes: takesPrefixes(type),
    trunk: type.trunking === true,
  };
}

/**
 * Prepares the host, lists the attached ENIs, tags those that are ours and sets them up, in the order of a start of
 * the VPC CNI. Which blocks an ENI has is EC2's word; metadata adds the subnet's CIDR. An ENI that the kernel will
 * not take gets no new pods but keeps those that it has, so that their addresses are not given out again.
 */
export async function discover(
  ports: NodePorts,
  given: {
    readonly config: AgentConfig;
    readonly instance: InstanceFacts;
    readonly limits: InstanceLimits;
    /** Addresses of the checkpoint: their ENIs must not be set aside. */
    readonly leased: ReadonlySet<Ipv4>;
  },
): Promise<Discovered> {
  const { config, instance, limits, leased } = given;
  const { clusterName, additionalTags } = config;
  const node: Node = {
    ...ports,
    instance,
    limits,
    tagging: { instance: instance.instanceId, clusterName, additionalTags },
    manageUntaggedEnis: config.manageUntaggedEnis,
    provisioning: config.provisioning,
    customNetworking: config.customNetworking,
    subnets: newSubnets(ports, {
      instance,
      clusterName,
      discovery: config.subnetDiscovery,
      policy: config.policy,
    }),
    enis: new Map(),
    ignored: new Set(),
    unmanaged: new Set(),
  };
  const { localIpv4: primaryAddress, primaryMac } = instance;
  const vpcCidrs = await ports.metadata.vpcCidrs();
  tellHost(ports, ports.kernel.setUpHost({ primaryAddress, primaryMac, vpcCidrs }));

  const described = await describeAll(ports, instance);
  if (!described.some(({ id }) => id === instance.primaryEni)) throw primaryMissing(instance);
  // Their tags decide which ENIs serve pods.
  if (config.subnetDiscovery === "on") await node.subnets.refresh();
  const holdsLease = (eni: Ec2Eni): boolean => hasAny(ec2Blocks(eni), leased);
  const shown = await shownEnis(node, described.filter(holdsLease));
  const enis: AttachedEni[] = [];
  for (const eni of described.toSorted(byDeviceIndex)) {
    const reason = whyNotOurs(node, eni);
    if (reason !== undefined) {
      ignore(node, eni);
      ports.log.info({ eni: eni.id, reason }, "an attached ENI is left alone");
      continue;
    }
    const taken = await takeOrWait(node, eni, {
      shown: shown.get(eni.id),
      leases: holdsLease(eni) ? "some" : "none",
    });
    if (taken !== undefined) enis.push(taken);
  }
  return { node, enis, vpcCidrs, unmanagedEnis: node.unmanaged.size, described };
}

/** The primary ENI as EC2 describes it; waits for an EC2 that is throttled or out of reach. */
export async function findPrimaryEni(ports: NodePorts, instance: InstanceFacts): Promise<Ec2Eni> {
  const described = await describeAll(ports, instance);
  const primary = described.find(({ id }) => id === instance.primaryEni);
  if (primary === undefined) throw primaryMissing(instance);
  return primary;
}

function tellHost({ log }: NodePorts, { removed, problem }: HostNews): void {
  if (removed.length > 0) log.info({ removed }, "removed rules that the VPC CNI had left");
  if (problem !== undefined)
    log.warn(errorFacts(problem), "rules of the VPC CNI may go on translating pods' addresses");
}

/** The instance's ENIs; waits for an EC2 that is throttled or out of reach, and says so. */
function describeAll(
  { ec2, log, stopping, time }: NodePorts,
  { instanceId }: InstanceFacts,
): Promise<readonly Ec2Eni[]> {
  const worthwhile = (error: unknown): boolean => {
    if (!(error instanceof Ec2Error) || error.reason === "unauthorized") return false;
    log.warn(errorFacts(error), "EC2 does not say which ENIs this node has; asking again");
    return true;
  };
  return retry(() => ec2.instanceEnis(instanceId), BACK_OFF.start, {
    worthwhile,
    signal: stopping,
    time,
  });
}

/**
 * What instance metadata shows, by id. It lags EC2 by seconds; those ENIs that running pods have their addresses from
 * are waited for, since without metadata they can't serve.
 */
async function shownEnis(
  { metadata, stopping, time, log }: Node,
  needed: readonly Ec2Eni[],
): Promise<ReadonlyMap<EniId, MetadataEni>> {
  return retry(
    async (last) => {
      const shown = new Map((await metadata.enis()).map((eni) => [eni.id, eni]));
      const missing = needed.find((eni) => !isLeaving(eni) && !isWhole(shown.get(eni.id)));
      if (missing === undefined || last) return shown;
      log.info({ eni: missing.id }, "waiting until instance metadata shows an ENI with pods");
      throw new EniNotShown(`instance metadata does not show ${missing.id}`, { eni: missing.id });
    },
    BACK_OFF.waitForKnown,
    { signal: stopping, time, worthwhile: (error) => error instanceof EniNotShown },
  );
}

function isWhole(shown: MetadataEni | undefined): shown is MetadataEni {
  return shown?.ipv4s[0] !== undefined && shown.subnetCidr !== undefined;
}

function hasAny(blocks: readonly Cidr[], addresses: ReadonlySet<Ipv4>): boolean {
  return [...addresses].some((address) => blocks.some((block) => cidrContains(block, address)));
}

/**
 * Takes an ENI of ours in. One that is being attached or detached at this moment has to wait for the pool's first look
 * at the instance, unless pods have its addresses: then it is held, or another pod could get them once it is back.
 */
async function takeOrWait(
  node: Node,
  eni: Ec2Eni,
  { shown, leases }: { readonly shown: MetadataEni | undefined; readonly leases: "some" | "none" },
): Promise<AttachedEni | undefined> {
  const { id, status } = eni;
  if (!isLeaving(eni) && isWhole(shown)) {
    await tagEni(node, eni);
    await tieToInstance(node, eni);
    return take(node, eni, shown);
  }
  if (leases === "none") {
    node.log.info({ eni: id, status }, "an ENI is half-attached: it has to wait");
    return undefined;
  }
  node.log.warn(
    { eni: id, status },
    "an ENI with pods is not in instance metadata or is being detached; it gets no new pods",
  );
  return attached(noteUnseen(node, eni, roleOf(node, eni)), ec2Blocks(eni));
}

async function take(node: Node, eni: Ec2Eni, shown: MetadataEni): Promise<AttachedEni> {
  const role = roleOf(node, eni);
  try {
    return attached(await setUpEni(node, shown, role), ec2Blocks(eni));
  } catch (error) {
    node.log.error(
      { eni: eni.id, ...errorFacts(error) },
      "an ENI could not be set up; it gets no new pods",
    );
    return attached(noteUnset(node, shown, role), ec2Blocks(eni));
  }
}

function byDeviceIndex(a: Ec2Eni, b: Ec2Eni): number {
  return (a.attachment?.deviceIndex ?? 0) - (b.attachment?.deviceIndex ?? 0);
}

function primaryMissing({ instanceId, primaryEni }: InstanceFacts): BerthError {
  return new BerthError(
    "primaryEniMissing",
    `EC2 does not list the primary ENI ${primaryEni} on ${instanceId}.`,
    {
      fix: "Check that the EC2 endpoint and Region are those of this instance (AWS_ENDPOINT_URL_EC2, instance metadata).",
      facts: { instance: instanceId, eni: primaryEni },
    },
  );
}
