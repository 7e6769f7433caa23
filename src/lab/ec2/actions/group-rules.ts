import type { Direction } from "../../../vpc/index.ts";
import type { Action } from "../action.ts";
import { describeAction } from "../describe.ts";
import { Ec2Fault } from "../fault.ts";
import { idList, requiredId, toId } from "../ids.ts";
import { need } from "../outcome.ts";
import { hasPermissions, readPermissions } from "../permission-params.ts";
import { ruleXml } from "../shapes/group.ts";
import type { World } from "../world.ts";

const DIRECTIONS = { Ingress: "ingress", Egress: "egress" } as const;
const RULE_PARAMETERS = ["IpPermissions", "IpProtocol", "FromPort", "ToPort", "CidrIp"];

function authorize(word: keyof typeof DIRECTIONS): Action<World> {
  const direction: Direction = DIRECTIONS[word];
  return {
    name: `AuthorizeSecurityGroup${word}`,
    kind: "change",
    required: ["GroupId"],
    optional: RULE_PARAMETERS,
    dryRun: true,
    run: ({ params, world }) => {
      const groupId = requiredId("securityGroup", { params, name: "GroupId" });
      const permissions = readPermissions(params);
      const rules = need(world.region.groups.authorize({ groupId, direction, permissions }));
      return { return: true, securityGroupRuleSet: rules.map((rule) => ruleXml(rule, world)) };
    },
  };
}

function revoke(word: keyof typeof DIRECTIONS): Action<World> {
  const direction: Direction = DIRECTIONS[word];
  return {
    name: `RevokeSecurityGroup${word}`,
    kind: "change",
    required: ["GroupId"],
    optional: [...RULE_PARAMETERS, "SecurityGroupRuleId"],
    dryRun: true,
    run: ({ params, world }) => {
      const { groups } = world.region;
      const groupId = requiredId("securityGroup", { params, name: "GroupId" });
      const ruleIds = idList("securityGroupRule", { params, name: "SecurityGroupRuleId" });
      const removed =
        ruleIds.length > 0 && !hasPermissions(params)
          ? groups.revokeRules(groupId, ruleIds)
          : groups.revoke({ groupId, direction, permissions: readPermissions(params) });
      const revokedSecurityGroupRuleSet = need(removed).map((rule) => ({
        securityGroupRuleId: rule.id,
        groupId,
        isEgress: direction === "egress",
        ipProtocol: rule.protocol,
        fromPort: rule.fromPort,
        toPort: rule.toPort,
      }));
      return { return: true, unknownIpPermissionSet: [], revokedSecurityGroupRuleSet };
    },
  };
}

const describeSecurityGroupRules: Action<World> = describeAction({
  name: "DescribeSecurityGroupRules",
  set: "securityGroupRuleSet",
  ids: "SecurityGroupRuleId",
  pageSize: [5, 1000],
  key: ["securityGroupRuleId"],
  filters: { "group-id": "groupId", "security-group-rule-id": "securityGroupRuleId" },
  items: ({ world }, texts) => {
    const ids = texts.map((text) => toId("securityGroupRule", text));
    const rules = world.region.records.groups.list().flatMap((group) => group.rules);
    const missing = ids.find((id) => !rules.some((rule) => rule.id === id));
    if (missing !== undefined) {
      throw new Ec2Fault(
        "InvalidSecurityGroupRuleId.NotFound",
        `The security group rule ID '${missing}' does not exist`,
      );
    }
    return rules
      .filter((rule) => ids.length === 0 || ids.includes(rule.id))
      .map((rule) => ruleXml(rule, world));
  },
});

/** The actions on the rules of security groups. */
export const groupRuleActions: readonly Action<World>[] = [
  authorize("Ingress"),
  authorize("Egress"),
  revoke("Ingress"),
  revoke("Egress"),
  describeSecurityGroupRules,
];
