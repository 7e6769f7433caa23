import { formatIpv4 } from "../../../net/index.ts";
import type { ElasticIp } from "../../../vpc/index.ts";
import { type Action, DONE } from "../action.ts";
import { describeAction } from "../describe.ts";
import { requiredId, select } from "../ids.ts";
import { need } from "../outcome.ts";
import { tagItems } from "../shapes/tag.ts";
import { readTagSpecifications } from "../values.ts";
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

function elasticIpXml({ id, publicIp, natGatewayId }: ElasticIp, { region }: World): XmlStruct {
  const user =
    natGatewayId === undefined ? undefined : region.records.natGateways.get(natGatewayId);
  return {
    publicIp: formatIpv4(publicIp),
    allocationId: id,
    domain: "vpc",
    networkBorderGroup: region.settings.name,
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
];
