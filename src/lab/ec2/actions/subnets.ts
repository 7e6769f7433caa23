import { type Action, DONE } from "../action.ts";
import { describeAction } from "../describe.ts";
import { missingParameter } from "../fault.ts";
import { requiredId, select } from "../ids.ts";
import { need } from "../outcome.ts";
import { subnetXml } from "../shapes/subnet.ts";
import { optional, readTagSpecifications, toCidr6, toCidrLoose } from "../values.ts";
import type { World } from "../world.ts";

const describeSubnets: Action<World> = describeAction({
  name: "DescribeSubnets",
  set: "subnetSet",
  ids: "SubnetId",
  pageSize: [5, 1000],
  key: ["subnetId"],
  filters: {
    "subnet-id": "subnetId",
    "vpc-id": "vpcId",
    "availability-zone": "availabilityZone",
    availabilityZone: "availabilityZone",
    "availability-zone-id": "availabilityZoneId",
    availabilityZoneId: "availabilityZoneId",
    "cidr-block": "cidrBlock",
    cidr: "cidrBlock",
    cidrBlock: "cidrBlock",
    state: "state",
    "available-ip-address-count": "availableIpAddressCount",
    "default-for-az": "defaultForAz",
    defaultForAz: "defaultForAz",
    "map-public-ip-on-launch": "mapPublicIpOnLaunch",
    "owner-id": "ownerId",
    "subnet-arn": "subnetArn",
    "ipv6-native": "ipv6Native",
    "ipv6-cidr-block-association.ipv6-cidr-block": "ipv6CidrBlockAssociationSet.ipv6CidrBlock",
    "ipv6-cidr-block-association.association-id": "ipv6CidrBlockAssociationSet.associationId",
    "ipv6-cidr-block-association.state": "ipv6CidrBlockAssociationSet.ipv6CidrBlockState.state",
  },
  items: ({ world }, ids) =>
    select("subnet", { ids, from: world.region.records.subnets }).map((subnet) =>
      subnetXml(subnet, world),
    ),
});

const createSubnet: Action<World> = {
  name: "CreateSubnet",
  kind: "change",
  required: ["VpcId"],
  optional: [
    "CidrBlock",
    "Ipv6CidrBlock",
    "AvailabilityZone",
    "AvailabilityZoneId",
    "TagSpecification",
  ],
  dryRun: true,
  run: ({ params, world }) => {
    const cidr = params.text("CidrBlock");
    if (cidr === undefined) throw missingParameter("CidrBlock");
    const outcome = world.region.subnets.create({
      vpcId: requiredId("vpc", { params, name: "VpcId" }),
      cidr: toCidrLoose(cidr),
      ipv6Cidr: optional(params.text("Ipv6CidrBlock"), toCidr6),
      zone: params.text("AvailabilityZone") ?? params.text("AvailabilityZoneId"),
      tags: readTagSpecifications(params, ["subnet"]).subnet,
    });
    return { subnet: subnetXml(need(outcome), world) };
  },
};

const deleteSubnet: Action<World> = {
  name: "DeleteSubnet",
  kind: "change",
  required: ["SubnetId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    need(world.region.subnets.delete(requiredId("subnet", { params, name: "SubnetId" })));
    return DONE;
  },
};

const modifySubnetAttribute: Action<World> = {
  name: "ModifySubnetAttribute",
  kind: "change",
  required: ["SubnetId"],
  optional: ["MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"],
  dryRun: false,
  run: ({ params, world }) => {
    const id = requiredId("subnet", { params, name: "SubnetId" });
    const outcome = world.region.subnets.modify(id, {
      mapPublicIpOnLaunch: params.bool("MapPublicIpOnLaunch.Value"),
      assignIpv6OnCreation: params.bool("AssignIpv6AddressOnCreation.Value"),
    });
    need(outcome);
    return DONE;
  },
};

/** The actions on subnets. */
export const subnetActions: readonly Action<World>[] = [
  describeSubnets,
  createSubnet,
  deleteSubnet,
  modifySubnetAttribute,
];
