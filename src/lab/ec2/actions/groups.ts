import { type Action, DONE } from "../action.ts";
import { describeAction } from "../describe.ts";
import { Ec2Fault, missingParameter } from "../fault.ts";
import type { FilterPaths } from "../filters.ts";
import { requiredId, select } from "../ids.ts";
import { need } from "../outcome.ts";
import { groupArn, groupXml } from "../shapes/group.ts";
import { tagItems } from "../shapes/tag.ts";
import { readTagSpecifications } from "../values.ts";
import type { World } from "../world.ts";

const describeSecurityGroups: Action<World> = describeAction({
  name: "DescribeSecurityGroups",
  set: "securityGroupInfo",
  ids: "GroupId",
  optional: ["GroupName"],
  pageSize: [5, 1000],
  pagesExcludeIds: true,
  key: ["groupId"],
  filters: {
    "group-id": "groupId",
    "group-name": "groupName",
    description: "groupDescription",
    "vpc-id": "vpcId",
    "owner-id": "ownerId",
    ...ruleFilters("ip-permission", "ipPermissions"),
    ...ruleFilters("egress.ip-permission", "ipPermissionsEgress"),
  },
  items: ({ params, world }, ids) => {
    const names = params.list("GroupName");
    const groups = select("securityGroup", { ids, from: world.region.records.groups });
    const missing = names.find((name) => !groups.some((group) => group.name === name));
    if (missing !== undefined) {
      throw new Ec2Fault("InvalidGroup.NotFound", `The security group '${missing}' does not exist`);
    }
    return groups
      .filter((group) => names.length === 0 || names.includes(group.name))
      .map((group) => groupXml(group, world));
  },
});

function ruleFilters(prefix: string, element: string): FilterPaths {
  return {
    [`${prefix}.cidr`]: `${element}.ipRanges.cidrIp`,
    [`${prefix}.ipv6-cidr`]: `${element}.ipv6Ranges.cidrIpv6`,
    [`${prefix}.from-port`]: `${element}.fromPort`,
    [`${prefix}.to-port`]: `${element}.toPort`,
    [`${prefix}.protocol`]: `${element}.ipProtocol`,
    [`${prefix}.group-id`]: `${element}.groups.groupId`,
  };
}

const createSecurityGroup: Action<World> = {
  name: "CreateSecurityGroup",
  kind: "change",
  required: ["GroupName", "GroupDescription"],
  optional: ["VpcId", "TagSpecification"],
  dryRun: true,
  run: ({ params, world }) => {
    // The lab has no default VPC to fall back on.
    if (!params.has("VpcId")) throw missingParameter("VpcId");
    const outcome = world.region.groups.create({
      vpcId: requiredId("vpc", { params, name: "VpcId" }),
      name: params.required("GroupName"),
      description: params.required("GroupDescription"),
      tags: readTagSpecifications(params, ["security-group"])["security-group"],
    });
    const { id: groupId } = need(outcome);
    const { accountId, name: region } = world.region.settings;
    return {
      return: true,
      groupId,
      securityGroupArn: groupArn(groupId, { accountId, region }),
      tagSet: tagItems(world.region.tags.of(groupId)),
    };
  },
};

const deleteSecurityGroup: Action<World> = {
  name: "DeleteSecurityGroup",
  kind: "change",
  required: ["GroupId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const groupId = requiredId("securityGroup", { params, name: "GroupId" });
    need(world.region.groups.delete(groupId));
    return { ...DONE, groupId };
  },
};

/** The actions on security groups as a whole. */
export const groupActions: readonly Action<World>[] = [
  describeSecurityGroups,
  createSecurityGroup,
  deleteSecurityGroup,
];
