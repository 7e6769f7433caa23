import type { SecurityGroupId } from "../../../facts/index.ts";
import { formatCidr, formatCidr6 } from "../../../net/index.ts";
import type { Direction, Region, SecurityGroup, SecurityGroupRule } from "../../../vpc/index.ts";
import type { World } from "../world.ts";
import type { XmlStruct } from "../xml.ts";
import { tagItems } from "./tag.ts";

/** The items of a `groupSet`: the groups of an ENI or an instance. */
export function groupItems(ids: readonly SecurityGroupId[], region: Region): readonly XmlStruct[] {
  return ids.map((groupId) => ({
    groupId,
    groupName: region.records.groups.get(groupId)?.name ?? "",
  }));
}

/** A security group of DescribeSecurityGroups. */
export function groupXml(group: SecurityGroup, world: World): XmlStruct {
  const { accountId, name } = world.region.settings;
  return {
    ownerId: accountId,
    groupName: group.name,
    groupId: group.id,
    groupDescription: group.description,
    vpcId: group.vpcId,
    securityGroupArn: groupArn(group.id, { accountId, region: name }),
    ipPermissions: permissions(group, { direction: "ingress", accountId }),
    ipPermissionsEgress: permissions(group, { direction: "egress", accountId }),
    tagSet: tagItems(world.region.tags.of(group.id)),
  };
}

/** The ARN of a security group. */
export function groupArn(
  id: string,
  at: { readonly accountId: string; readonly region: string },
): string {
  return `arn:aws:ec2:${at.region}:${at.accountId}:security-group/${id}`;
}

/** A rule, as AuthorizeSecurityGroupIngress and DescribeSecurityGroupRules show it: one for every source. */
export function ruleXml(rule: SecurityGroupRule, world: World): XmlStruct {
  const { accountId } = world.region.settings;
  const { peer } = rule;
  return {
    securityGroupRuleId: rule.id,
    groupId: rule.groupId,
    groupOwnerId: accountId,
    isEgress: rule.direction === "egress",
    ...portsXml(rule),
    cidrIpv4: peer.kind === "ipv4" ? formatCidr(peer.cidr) : undefined,
    cidrIpv6: peer.kind === "ipv6" ? formatCidr6(peer.cidr) : undefined,
    referencedGroupInfo:
      peer.kind === "group" ? { groupId: peer.groupId, userId: accountId } : undefined,
    description: rule.description,
    tagSet: tagItems(world.region.tags.of(rule.id)),
  };
}

/** The rules of one direction as DescribeSecurityGroups groups them: one item for each protocol and range of ports. */
function permissions(
  { rules }: SecurityGroup,
  { direction, accountId }: { readonly direction: Direction; readonly accountId: string },
): readonly XmlStruct[] {
  const groups = Map.groupBy(
    rules.filter((rule) => rule.direction === direction),
    (rule) => JSON.stringify(portsXml(rule)),
  );
  return [...groups.values()].map((alike) => {
    const [first] = alike;
    return {
      ...(first === undefined ? {} : portsXml(first)),
      groups: alike.flatMap(({ peer, description }) =>
        peer.kind === "group" ? [{ groupId: peer.groupId, userId: accountId, description }] : [],
      ),
      ipRanges: alike.flatMap(({ peer, description }) =>
        peer.kind === "ipv4" ? [{ cidrIp: formatCidr(peer.cidr), description }] : [],
      ),
      ipv6Ranges: alike.flatMap(({ peer, description }) =>
        peer.kind === "ipv6" ? [{ cidrIpv6: formatCidr6(peer.cidr), description }] : [],
      ),
      prefixListIds: [],
    };
  });
}

function portsXml({ protocol, fromPort, toPort }: SecurityGroupRule): XmlStruct {
  return { ipProtocol: protocol, fromPort, toPort };
}
