import { formatIpv4 } from "../../../net/index.ts";
import type { ElasticIp } from "../../../vpc/index.ts";
import { type Action, DONE } from "../action.ts";
import { describeAction } from "../describe.ts";
import { optionalId, requiredId, select } from "../ids.ts";
import { need } from "../outcome.ts";
import { tagItems } from "../shapes/tag.ts";
import { optional, readTagSpecifications, toIpv4Value } from "../values.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";

const describeAddresses: Action<World> = describeAction({
  name: "DescribeAddresses",
  set: "addressesSet",
  ids: "AllocationId",
  key: ["allocationId"],
  filters: {
    "allocation-id": "allocationId",
    "public-ip": "publicIp",
    domain: "domain",
    "network-interface-id": "networkInterfaceId",
    "private-ip-address": "privateIpAddress",
    "association-id": "associationId",
  },
  items: ({ world }, ids) =>
    select("allocation", { ids, from: world.region.records.elasticIps }).map((address) =>
      elasticIpXml(address, world),
    ),
});

const allocateAddress: Action<World> = {
  name: "AllocateAddress",
  kind: "change",
  required: [],
  optional: ["Domain", "TagSpecification"],
  dryRun: true,
  run: ({ params, world }) => {
    const tags = readTagSpecifications(params, ["elastic-ip"])["elastic-ip"];
    const address = need(world.region.elasticIps.allocate(tags));
    return elasticIpXml(address, world);
  },
};

const releaseAddress: Action<World> = {
  name: "ReleaseAddress",
  kind: "change",
  required: ["AllocationId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("allocation", { params, name: "AllocationId" });
    need(world.region.elasticIps.release(id));
    return DONE;
  },
};

const associateAddress: Action<World> = {
  name: "AssociateAddress",
  kind: "change",
  required: ["AllocationId"],
  optional: ["NetworkInterfaceId", "InstanceId", "PrivateIpAddress"],
  dryRun: true,
  run: ({ params, world: { region } }) => {
    const allocationId = requiredId("allocation", { params, name: "AllocationId" });
    const instanceId = optionalId("instance", { params, name: "InstanceId" });
    if (instanceId !== undefined) need(region.records.instances.find(instanceId));
    const eniId =
      (instanceId === undefined ? undefined : region.instances.enisOf(instanceId)[0]?.id) ??
      requiredId("eni", { params, name: "NetworkInterfaceId" });
    const privateIp = optional(params.text("PrivateIpAddress"), toIpv4Value);
    const id = need(region.elasticIps.associate({ allocationId, eniId, privateIp }));
    return { ...DONE, associationId: id };
  },
};

const disassociateAddress: Action<World> = {
  name: "DisassociateAddress",
  kind: "change",
  required: ["AssociationId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("elasticIpAssociation", { params, name: "AssociationId" });
    need(world.region.elasticIps.disassociate(id));
    return DONE;
  },
};

function elasticIpXml(elasticIp: ElasticIp, { region }: World): XmlStruct {
  const { id, publicIp, natGatewayId, association } = elasticIp;
  const user =
    natGatewayId === undefined ? association : region.records.natGateways.get(natGatewayId);
  return {
    publicIp: formatIpv4(publicIp),
    allocationId: id,
    domain: "vpc",
    networkBorderGroup: region.settings.name,
    associationId: association?.id,
    networkInterfaceId: user?.eniId,
    privateIpAddress: user === undefined ? undefined : formatIpv4(user.privateIp),
    tagSet: tagItems(region.tags.of(id)),
  };
}

/** The actions on Elastic IP addresses. */
export const elasticIpActions: readonly Action<World>[] = [
  describeAddresses,
  allocateAddress,
  releaseAddress,
  associateAddress,
  disassociateAddress,
];
