import type { SecurityGroupId, SecurityGroupRuleId, VpcId } from "../facts/index.ts";
import { cidrOf, toIpv4 } from "../net/index.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import { peerText, permissionKey, readPermission } from "./permission.ts";
import type {
  ChangePermissions,
  CreateSecurityGroup,
  Direction,
  Permission,
  SecurityGroup,
  SecurityGroupRule,
} from "./security-group.ts";
import type { State } from "./state.ts";
import { checkTags, putTags } from "./tags.ts";

/** Makes a group that allows everything out; the default one of a VPC also everything in from itself. */
export function makeGroup(
  state: State,
  request: CreateSecurityGroup & { readonly kind: "default" | "custom" },
): SecurityGroup {
  const { vpcId, name, description, kind } = request;
  const id = state.newId("securityGroup");
  const everywhere = {
    protocol: "-1",
    peer: { kind: "ipv4", cidr: cidrOf(toIpv4(0), 0) },
  } as const;
  const itself = { protocol: "-1", peer: { kind: "group", groupId: id } } as const;
  const rules = [
    ...(kind === "default"
      ? [makeRule(state, { groupId: id, direction: "ingress", permission: itself })]
      : []),
    makeRule(state, { groupId: id, direction: "egress", permission: everywhere }),
  ];
  return state.groups.put({ id, vpcId, name, description, rules });
}

interface NewRule {
  readonly groupId: SecurityGroupId;
  readonly direction: Direction;
  readonly permission: Permission;
}

function makeRule(state: State, { groupId, direction, permission }: NewRule): SecurityGroupRule {
  return { ...permission, id: state.newId("securityGroupRule"), groupId, direction };
}

/** The operations on security groups. */
export class SecurityGroups {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateSecurityGroup: allows everything out and nothing in.
   * Failures: `InvalidVpcID.NotFound`, `InvalidGroup.Duplicate`, `InvalidParameterValue` (name begins with `sg-`).
   */
  create(request: CreateSecurityGroup): Outcome<SecurityGroup> {
    const { vpcId, name, tags } = request;
    const state = this.#state;
    const vpc = state.vpcs.find(vpcId);
    if (!vpc.ok) return vpc;
    if (name.startsWith("sg-")) {
      return refuse(
        "InvalidParameterValue",
        `Value (${name}) for parameter GroupName is invalid. Group names may not be in the format sg-*`,
      );
    }
    if (groupsOf(state, vpcId).some((group) => group.name === name)) {
      return refuse(
        "InvalidGroup.Duplicate",
        `The security group '${name}' already exists for VPC '${vpcId}'`,
      );
    }
    const checked = checkTags(state, { given: tags });
    if (!checked.ok) return checked;
    const group = makeGroup(state, { ...request, kind: "custom" });
    putTags(state, group.id, tags);
    state.publish({ kind: "groupCreated", groupId: group.id });
    return done(group);
  }

  /**
   * DeleteSecurityGroup. Failures: `InvalidGroup.NotFound`, `CannotDelete` (the default group),
   * `DependencyViolation` while an ENI or a rule of another group refers to it.
   */
  delete(id: SecurityGroupId): Outcome<undefined> {
    const state = this.#state;
    const group = state.groups.find(id);
    if (!group.ok) return group;
    if (state.vpcs.known(group.value.vpcId).defaultGroupId === id) {
      return refuse(
        "CannotDelete",
        `the specified group: "${id}" name: "default" cannot be deleted by a user`,
      );
    }
    const used = state.enis.list().some(({ groupIds }) => groupIds.includes(id));
    if (
      used ||
      groupsOf(state, group.value.vpcId).some((other) => other.id !== id && refersTo(other, id))
    ) {
      return refuse("DependencyViolation", `resource ${id} has a dependent object`);
    }
    state.groups.delete(id);
    state.tags.delete(id);
    state.publish({ kind: "groupDeleted", groupId: id });
    return DONE;
  }

  /**
   * AuthorizeSecurityGroupIngress or …Egress. Returns the new rules. All or nothing.
   * Failures: `InvalidGroup.NotFound` (also of a peer), `InvalidPermission.Duplicate`, `InvalidParameterValue`,
   * `RulesPerSecurityGroupLimitExceeded`.
   */
  authorize(request: ChangePermissions): Outcome<readonly SecurityGroupRule[]> {
    const state = this.#state;
    const { groupId, direction } = request;
    const group = state.groups.find(groupId);
    if (!group.ok) return group;
    const present = group.value.rules.filter((rule) => rule.direction === direction);
    const keys = new Set(present.map(permissionKey));
    const permissions: Permission[] = [];
    for (const given of request.permissions) {
      const read = readPermission(given);
      if (!read.ok) return read;
      const peer = this.#checkPeer(read.value, group.value.vpcId);
      if (!peer.ok) return peer;
      const key = permissionKey(read.value);
      if (keys.has(key)) {
        return refuse(
          "InvalidPermission.Duplicate",
          `the specified rule "peer: ${peerText(read.value.peer)}, ${portsText(read.value)}, ALLOW" already exists`,
        );
      }
      keys.add(key);
      permissions.push(read.value);
    }
    if (keys.size > state.settings.quotas.rulesPerGroup) {
      return refuse(
        "RulesPerSecurityGroupLimitExceeded",
        "The maximum number of rules per security group has been reached.",
      );
    }
    const added = permissions.map((permission) =>
      makeRule(state, { groupId, direction, permission }),
    );
    this.#putRules(group.value, [...group.value.rules, ...added]);
    return done(added);
  }

  /**
   * RevokeSecurityGroupIngress or …Egress by content. Returns the rules that are gone. All or nothing.
   * Failures: `InvalidGroup.NotFound`, `InvalidParameterValue`, `InvalidPermission.NotFound`.
   */
  revoke(request: ChangePermissions): Outcome<readonly SecurityGroupRule[]> {
    const group = this.#state.groups.find(request.groupId);
    if (!group.ok) return group;
    const gone = new Set<SecurityGroupRule>();
    for (const given of request.permissions) {
      const read = readPermission(given);
      if (!read.ok) return read;
      const rule = group.value.rules.find(
        (candidate) =>
          candidate.direction === request.direction &&
          permissionKey(candidate) === permissionKey(read.value),
      );
      if (rule === undefined) {
        return refuse(
          "InvalidPermission.NotFound",
          "The specified rule does not exist in this security group.",
        );
      }
      gone.add(rule);
    }
    return this.#remove(group.value, gone);
  }

  /**
   * The same by rule ids, whatever their direction.
   * Failures: `InvalidGroup.NotFound`, `InvalidSecurityGroupRuleId.NotFound`.
   */
  revokeRules(
    id: SecurityGroupId,
    ruleIds: readonly SecurityGroupRuleId[],
  ): Outcome<readonly SecurityGroupRule[]> {
    const group = this.#state.groups.find(id);
    if (!group.ok) return group;
    const gone = new Set<SecurityGroupRule>();
    for (const ruleId of ruleIds) {
      const rule = group.value.rules.find((candidate) => candidate.id === ruleId);
      if (rule === undefined) {
        return refuse(
          "InvalidSecurityGroupRuleId.NotFound",
          `The security group rule ID '${ruleId}' does not exist`,
        );
      }
      gone.add(rule);
    }
    return this.#remove(group.value, gone);
  }

  #checkPeer({ peer }: Permission, vpcId: VpcId): Outcome<undefined> {
    if (peer.kind !== "group") return DONE;
    const other = this.#state.groups.find(peer.groupId);
    if (!other.ok) return other;
    if (other.value.vpcId === vpcId) return DONE;
    return refuse(
      "InvalidGroup.NotFound",
      `You have specified two resources that belong to different networks: '${peer.groupId}'`,
    );
  }

  #remove(
    group: SecurityGroup,
    gone: ReadonlySet<SecurityGroupRule>,
  ): Outcome<readonly SecurityGroupRule[]> {
    this.#putRules(
      group,
      group.rules.filter((rule) => !gone.has(rule)),
    );
    return done([...gone]);
  }

  #putRules({ id }: SecurityGroup, rules: readonly SecurityGroupRule[]): void {
    this.#state.groups.change(id, { rules });
    this.#state.publish({ kind: "groupRulesChanged", groupId: id });
  }
}

/** The groups of a VPC. */
export function groupsOf(state: State, vpcId: VpcId): readonly SecurityGroup[] {
  return state.groups.list().filter((group) => group.vpcId === vpcId);
}

function refersTo({ rules }: SecurityGroup, id: SecurityGroupId): boolean {
  return rules.some(({ peer }) => peer.kind === "group" && peer.groupId === id);
}

function portsText({ protocol, fromPort, toPort }: Permission): string {
  if (protocol === "-1") return "ALL";
  if (fromPort === undefined || toPort === undefined) return protocol;
  return `${protocol.toUpperCase()}, from port: ${fromPort}, to port: ${toPort}`;
}
