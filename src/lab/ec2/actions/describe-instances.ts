import type { Action, Call } from "../action.ts";
import { refusePagesOfIds } from "../describe.ts";
import { type FilterPaths, readFilters } from "../filters.ts";
import { select } from "../ids.ts";
import { pageOf } from "../page.ts";
import { instanceXml } from "../shapes/instance.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";

// `reservationId` is not an element of an instance; it is put there for the filter.
const FILTERS: FilterPaths = {
  "instance-id": "instanceId",
  "instance-state-name": "instanceState.name",
  "instance-state-code": "instanceState.code",
  "instance-type": "instanceType",
  "vpc-id": "vpcId",
  "subnet-id": "subnetId",
  "availability-zone": "placement.availabilityZone",
  "availability-zone-id": "placement.availabilityZoneId",
  "private-ip-address": "privateIpAddress",
  "private-dns-name": "privateDnsName",
  "image-id": "imageId",
  "reservation-id": "reservationId",
  "launch-time": "launchTime",
  "owner-id": "ownerId",
  "network-interface.network-interface-id": "networkInterfaceSet.networkInterfaceId",
  "network-interface.addresses.private-ip-address":
    "networkInterfaceSet.privateIpAddressesSet.privateIpAddress",
  "network-interface.vpc-id": "networkInterfaceSet.vpcId",
  "network-interface.subnet-id": "networkInterfaceSet.subnetId",
  "network-interface.group-id": "networkInterfaceSet.groupSet.groupId",
  "network-interface.status": "networkInterfaceSet.status",
  "network-interface.mac-address": "networkInterfaceSet.macAddress",
  "network-interface.attachment.device-index": "networkInterfaceSet.attachment.deviceIndex",
  "instance.group-id": "groupSet.groupId",
  "instance.group-name": "groupSet.groupName",
};

/** DescribeInstances: instances, filtered one by one, in the reservations that started them. */
export const describeInstances: Action<World> = {
  name: "DescribeInstances",
  kind: "read",
  required: [],
  optional: ["InstanceId", "Filter", "MaxResults", "NextToken", "IncludeManagedResources"],
  dryRun: true,
  run: (call) => {
    const { params, world } = call;
    refusePagesOfIds(params, "InstanceId");
    const rule = {
      min: 5,
      max: 1000,
      keyOf: ({ xml }: Found) => JSON.stringify(xml["instanceId"]),
    };
    const { items, nextToken } = pageOf(findInstances(call), { params, rule });
    const reservations = Map.groupBy(items, ({ reservationId }) => reservationId);
    const reservationSet = [...reservations].map(([reservationId, members]) => ({
      reservationId,
      ownerId: world.region.settings.accountId,
      groupSet: [],
      instancesSet: members.map(({ xml }) => xml),
    }));
    return { reservationSet, nextToken };
  },
};

interface Found {
  readonly reservationId: string;
  readonly xml: XmlStruct;
}

function findInstances({ params, world }: Call<World>): readonly Found[] {
  const condition = readFilters(params, FILTERS);
  const ids = params.list("InstanceId");
  const ownerId = world.region.settings.accountId;
  return select("instance", { ids, from: world.region.records.instances }).flatMap((instance) => {
    const xml = instanceXml(instance, world);
    const { reservationId } = instance;
    return condition({ ...xml, reservationId, ownerId }) ? [{ reservationId, xml }] : [];
  });
}
