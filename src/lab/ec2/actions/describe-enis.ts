import type { Action } from "../action.ts";
import { describeAction } from "../describe.ts";
import { Ec2Fault } from "../fault.ts";
import { exactValues } from "../filters.ts";
import { requiredId, select } from "../ids.ts";
import { need } from "../outcome.ts";
import { eniXml } from "../shapes/eni.ts";
import { oneOf } from "../values.ts";
import type { World } from "../world.ts";

const describeNetworkInterfaces: Action<World> = describeAction({
  name: "DescribeNetworkInterfaces",
  set: "networkInterfaceSet",
  ids: "NetworkInterfaceId",
  optional: ["IncludeManagedResources"],
  pageSize: [5, 1000],
  pagesExcludeIds: true,
  key: ["networkInterfaceId"],
  filters: {
    "network-interface-id": "networkInterfaceId",
    status: "status",
    "vpc-id": "vpcId",
    "subnet-id": "subnetId",
    "availability-zone": "availabilityZone",
    "availability-zone-id": "availabilityZoneId",
    description: "description",
    "group-id": "groupSet.groupId",
    "group-name": "groupSet.groupName",
    "interface-type": "interfaceType",
    "mac-address": "macAddress",
    "owner-id": "ownerId",
    "private-ip-address": "privateIpAddress",
    "private-dns-name": "privateDnsName",
    "addresses.private-ip-address": "privateIpAddressesSet.privateIpAddress",
    "addresses.primary": "privateIpAddressesSet.primary",
    "attachment.attachment-id": "attachment.attachmentId",
    "attachment.instance-id": "attachment.instanceId",
    "attachment.instance-owner-id": "attachment.instanceOwnerId",
    "attachment.device-index": "attachment.deviceIndex",
    "attachment.status": "attachment.status",
    "attachment.delete-on-termination": "attachment.deleteOnTermination",
    "attachment.attach-time": "attachment.attachTime",
    "ipv6-addresses.ipv6-address": "ipv6AddressesSet.ipv6Address",
    "source-dest-check": "sourceDestCheck",
    "requester-id": "requesterId",
    "requester-managed": "requesterManaged",
  },
  items: ({ world, params }, ids) => {
    const enis = select("eni", { ids, from: world.shown });
    // Every agent asks for those of its own instance, and putting all of a large lab into words takes long.
    const instances = exactValues(params, "attachment.instance-id");
    const asked =
      instances === undefined
        ? enis
        : enis.filter(({ attachment }) => instances.has(attachment?.instanceId ?? ""));
    return asked.map((eni) => eniXml(eni, world));
  },
});

const ATTRIBUTES = ["description", "groupSet", "sourceDestCheck", "attachment"] as const;

const describeNetworkInterfaceAttribute: Action<World> = {
  name: "DescribeNetworkInterfaceAttribute",
  kind: "read",
  required: ["NetworkInterfaceId"],
  optional: ["Attribute"],
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("eni", { params, name: "NetworkInterfaceId" });
    const attribute = oneOf(ATTRIBUTES, { params, name: "Attribute" });
    const eni = eniXml(need(world.shown.find(id)), world);
    if (attribute === undefined) {
      throw new Ec2Fault("InvalidParameterCombination", "No attributes specified.");
    }
    const value = eni[attribute];
    const wrapped = attribute === "description" || attribute === "sourceDestCheck";
    return { networkInterfaceId: id, [attribute]: wrapped ? { value } : value };
  },
};

/** The actions that show network interfaces. */
export const describeEniActions: readonly Action<World>[] = [
  describeNetworkInterfaces,
  describeNetworkInterfaceAttribute,
];
