import { BerthError } from "../base/index.ts";
import { instanceType, takesPrefixes } from "../facts/index.ts";
import type { Cidr } from "../net/index.ts";
import type { AttachedEni } from "../pool/index.ts";
import { BACK_OFF, retry } from "./back-off.ts";
import type { AgentConfig } from "./config.ts";
import type { Ec2, Ec2Eni, InstanceLimits } from "./ec2.ts";
import { Ec2Error } from "./ec2-error.ts";
import { isLeaving, tagEni, whyNotOurs } from "./eni-inspection.ts";
import { attached, ec2Blocks, noteUnset, roleOf, setUpEni } from "./eni-set-up.ts";
import { errorFacts } from "./log.ts";
import type { InstanceFacts, MetadataEni } from "./metadata.ts";
import type { Node, NodePorts } from "./node.ts";

/** The node as the agent found it. */
export interface Discovered {
  readonly node: Node;
  /** What the pool starts from: the managed ENIs with the blocks that EC2 says they have. */
  readonly enis: readonly AttachedEni[];
  /** The VPC's blocks that the host is set up for. */
  readonly vpcCidrs: readonly Cidr[];
  /** Attached ENIs of network card 0 that are not ours to use. */
  readonly unmanagedEnis: number;
}

/** Limits of an instance type: from the table, or for a type newer than it from EC2. */
export async function limitsOf(ec2: Pick<Ec2, "limits">, name: string): Promise<InstanceLimits> {
  const type = instanceType(name);
  if (type === undefined) return ec2.limits(name);
  return { enis: type.enis, ipv4PerEni: type.ipv4PerEni, prefixes: takesPrefixes(type) };
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
  },
): Promise<Discovered> {
  const { config, instance, limits } = given;
  const { clusterName, additionalTags } = config;
  const node: Node = {
    ...ports,
    instance,
    limits,
    tagging: { instance: instance.instanceId, clusterName, additionalTags },
    manageUntaggedEnis: config.manageUntaggedEnis,
    enis: new Map(),
    ignored: new Set(),
  };
  const { localIpv4: primaryAddress, primaryMac } = instance;
  const vpcCidrs = await ports.metadata.vpcCidrs();
  ports.kernel.setUpHost({ primaryAddress, primaryMac, vpcCidrs });

  const shown = new Map((await ports.metadata.enis()).map((eni) => [eni.id, eni]));
  const described = await describeAll(ports, instance);
  if (!described.some(({ id }) => id === instance.primaryEni)) throw primaryMissing(instance);
  const enis: AttachedEni[] = [];
  let unmanagedEnis = 0;
  for (const eni of described.toSorted(byDeviceIndex)) {
    const reason = whyNotOurs(node, eni);
    const inMetadata = shown.get(eni.id);
    if (reason !== undefined) {
      node.ignored.add(eni.id);
      if (eni.attachment?.networkCard === 0) unmanagedEnis++;
      ports.log.info({ eni: eni.id, reason }, "an attached ENI is left alone");
    } else if (
      isLeaving(eni) ||
      inMetadata?.ipv4s[0] === undefined ||
      inMetadata.subnetCidr === undefined
    ) {
      // Being attached or detached at this moment: the pool's first look at the instance decides.
      ports.log.info(
        { eni: eni.id, status: eni.status },
        "an ENI is half-attached: it has to wait",
      );
    } else {
      await tagEni(node, eni);
      enis.push(await take(node, eni, inMetadata));
    }
  }
  return { node, enis, vpcCidrs, unmanagedEnis };
}

/** The instance's ENIs; waits for an EC2 that is throttled or out of reach, and says so. */
function describeAll(
  { ec2, log, stopping }: NodePorts,
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
  });
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
