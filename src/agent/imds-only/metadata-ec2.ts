import { BerthError } from "../../base/index.ts";
import type { Ec2, Ec2Eni } from "../ec2.ts";
import type { InstanceFacts, InstanceMetadata, MetadataEni } from "../metadata.ts";

/**
 * EC2 for an agent that may not ask it (`ENABLE_IMDS_ONLY_MODE`): what instance metadata knows is answered from there,
 * and nothing is changed. Metadata knows no tags and no interface types, so every ENI with an address is the agent's to
 * use. Only the limits of an instance type that the agent has no table for are asked of `ec2`.
 */
export function newMetadataEc2(
  ec2: Pick<Ec2, "limits">,
  given: { readonly metadata: InstanceMetadata; readonly instance: InstanceFacts },
): Ec2 {
  const { metadata, instance } = given;
  const attached = async (): Promise<readonly Ec2Eni[]> =>
    (await metadata.enis()).map((eni) => asEc2Eni(eni, instance));
  return {
    limits: (instanceType) => ec2.limits(instanceType),
    instanceEnis: attached,
    eni: async (id) => (await attached()).find((eni) => eni.id === id),
    subnets: async () => Promise.resolve([]),
    securityGroups: async () => Promise.resolve([]),
    setSecurityGroups: async () => refused("ModifyNetworkInterfaceAttribute"),
    unattachedEnis: async () => Promise.resolve([]),
    async deviceIndexes() {
      const enis = (await metadata.enis()).filter(({ networkCard }) => networkCard === 0);
      return new Set(enis.map(({ deviceIndex }) => deviceIndex));
    },
    createEni: async () => refused("CreateNetworkInterface"),
    attachEni: async () => refused("AttachNetworkInterface"),
    deleteWithInstance: async () => refused("ModifyNetworkInterfaceAttribute"),
    assign: async () => refused("AssignPrivateIpAddresses"),
    assignIpv6Prefix: async () => refused("AssignIpv6Addresses"),
    unassign: async () => refused("UnassignPrivateIpAddresses"),
    detachEni: async () => refused("DetachNetworkInterface"),
    deleteEni: async () => refused("DeleteNetworkInterface"),
    tag: async () => refused("CreateTags"),
  };
}

function asEc2Eni(shown: MetadataEni, { instanceId }: InstanceFacts): Ec2Eni {
  const { id, mac, subnet, deviceIndex, networkCard, ipv4s, prefixes, ipv6Prefixes } = shown;
  const [primaryIpv4, ...secondaryIpv4s] = ipv4s;
  return {
    id,
    mac,
    subnet,
    securityGroups: [],
    description: "",
    interfaceType: "interface",
    status: "in-use",
    attachment: {
      id: undefined,
      instance: instanceId,
      deviceIndex,
      networkCard,
      deleteOnTermination: true,
    },
    primaryIpv4,
    secondaryIpv4s,
    prefixes,
    ipv6Prefixes,
    tags: {},
  };
}

/** Nothing asks for a change while nothing is provisioned, except the stock policy's clean-up at the start. */
function refused(operation: string): Promise<never> {
  return Promise.reject(
    new BerthError(
      "imdsOnly",
      `${operation} was not called: ENABLE_IMDS_ONLY_MODE=true allows no change in EC2.`,
      {
        fix: "Nothing to do where ENIs are managed elsewhere; else remove ENABLE_IMDS_ONLY_MODE.",
        facts: { operation },
      },
    ),
  );
}
