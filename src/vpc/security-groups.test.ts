import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { parseCidr6 } from "../net/index.ts";
import { permissionKey, readPermission } from "./permission.ts";
import type { ChangePermissions, Peer, Permission } from "./security-group.ts";
import { DEFAULT_QUOTAS } from "./settings.ts";
import { block, codeOf, messageOf, must, regionWithSubnet, testRegion } from "./test-region.ts";

const unknown = newId("securityGroup", newRandom(50));
const everywhere: Peer = { kind: "ipv4", cidr: block("0.0.0.0/0") };
const https: Permission = { protocol: "tcp", fromPort: 443, toPort: 443, peer: everywhere };

describe("permissions", () => {
  test.each<{ given: Omit<Permission, "peer">; want: Partial<Permission> | string }>([
    {
      given: { protocol: "tcp", fromPort: 80, toPort: 90 },
      want: { protocol: "tcp", fromPort: 80, toPort: 90 },
    },
    { given: { protocol: "6", fromPort: 80, toPort: 80 }, want: { protocol: "tcp" } },
    { given: { protocol: "UDP", fromPort: 53, toPort: 53 }, want: { protocol: "udp" } },
    { given: { protocol: "icmp" }, want: { protocol: "icmp", fromPort: -1, toPort: -1 } },
    {
      given: { protocol: "58", fromPort: 128, toPort: 0 },
      want: { protocol: "icmpv6", fromPort: 128, toPort: 0 },
    },
    { given: { protocol: "all", fromPort: 1, toPort: 2 }, want: { protocol: "-1" } },
    { given: { protocol: "50" }, want: { protocol: "50" } },
    { given: { protocol: "tcp" }, want: "InvalidParameterValue" },
    { given: { protocol: "tcp", fromPort: 80 }, want: "InvalidParameterValue" },
    { given: { protocol: "tcp", fromPort: 90, toPort: 80 }, want: "InvalidParameterValue" },
    { given: { protocol: "udp", fromPort: 0, toPort: 65_536 }, want: "InvalidParameterValue" },
    { given: { protocol: "icmp", fromPort: 256, toPort: 0 }, want: "InvalidParameterValue" },
    { given: { protocol: "256" }, want: "InvalidParameterValue" },
    { given: { protocol: "sctp" }, want: "InvalidParameterValue" },
  ])("$given is $want", ({ given, want }) => {
    const read = readPermission({ ...given, peer: everywhere });
    if (typeof want === "string") expect(codeOf(read)).toBe(want);
    else expect(must(read)).toMatchObject(want);
  });

  test("are the same when they allow the same, whatever they are called", () => {
    const groupId = unknown;
    const keys = [
      { ...https, description: "a" },
      { ...https, description: "b" },
      { ...https, peer: { kind: "group", groupId } as const },
      { ...https, peer: { kind: "ipv6", cidr: parseCidr6("::/0") ?? fail() } as const },
    ].map(permissionKey);
    expect(keys[0]).toBe(keys[1]);
    expect(new Set(keys).size).toBe(3);
  });
});

describe("groups", () => {
  test.each([
    { name: "pods", want: "ok" },
    { name: "sg-pods", want: "InvalidParameterValue" },
    { name: "default", want: "InvalidGroup.Duplicate" },
    { name: "pods", key: "aws:a", want: "InvalidParameterValue" },
  ])("$name: $want", ({ name, key = "a", want }) => {
    const { region, vpcId } = regionWithSubnet();
    const tags = new Map([[key, ""]]);
    expect(codeOf(region.groups.create({ vpcId, name, description: "", tags }))).toBe(want);
  });

  test("of an unknown VPC are refused; the same name in another VPC is not", () => {
    const { region } = regionWithSubnet();
    const vpcId = newId("vpc", newRandom(773));
    const ask = { name: "a", description: "" };
    expect(codeOf(region.groups.create({ vpcId, ...ask }))).toBe("InvalidVpcID.NotFound");
    const other = must(region.vpcs.create({ cidr: block("10.1.0.0/16") }));
    must(region.groups.create({ vpcId: other.id, ...ask }));
    const [first = fail()] = region.records.vpcs.list();
    expect(codeOf(region.groups.create({ vpcId: first.id, ...ask }))).toBe("ok");
  });

  test("can be deleted when nothing refers to them", () => {
    const { region, vpcId, subnetId } = regionWithSubnet();
    const { id } = must(region.groups.create({ vpcId, name: "a", description: "" }));
    const other = must(region.groups.create({ vpcId, name: "b", description: "" }));
    const follower = region.follow();
    const eni = must(region.enis.create({ subnetId, groupIds: [id] }));
    expect(codeOf(region.groups.delete(id))).toBe("DependencyViolation");
    must(region.enis.delete(eni.id));
    const rule: ChangePermissions = {
      ...{ groupId: other.id, direction: "ingress" },
      permissions: [{ protocol: "-1", peer: { kind: "group", groupId: id } }],
    };
    must(region.groups.authorize(rule));
    expect(codeOf(region.groups.delete(id))).toBe("DependencyViolation");
    must(region.groups.revoke(rule));
    expect(codeOf(region.groups.delete(id))).toBe("ok");
    expect(codeOf(region.groups.delete(id))).toBe("InvalidGroup.NotFound");
    expect(follower.drain().at(-1)).toMatchObject({ kind: "groupDeleted", groupId: id });
    const defaultId = must(region.records.vpcs.find(vpcId)).defaultGroupId;
    expect(codeOf(region.groups.delete(defaultId))).toBe("CannotDelete");
  });
});

describe("rules", () => {
  test("are added one per permission, and taken away by content or by id", () => {
    const { region, groupId } = withGroup();
    const follower = region.follow();
    const dns: Permission = {
      protocol: "udp",
      fromPort: 53,
      toPort: 53,
      peer: { kind: "group", groupId },
    };
    const added = must(
      region.groups.authorize({ groupId, direction: "ingress", permissions: [https, dns] }),
    );
    expect(added.map(({ protocol, direction }) => [protocol, direction])).toEqual([
      ["tcp", "ingress"],
      ["udp", "ingress"],
    ]);
    const gone = must(
      region.groups.revoke({ groupId, direction: "ingress", permissions: [https] }),
    );
    expect(gone).toEqual(added.slice(0, 1));
    const byId = must(
      region.groups.revokeRules(
        groupId,
        added.slice(1).map(({ id }) => id),
      ),
    );
    expect(byId).toEqual(added.slice(1));
    expect(region.records.groups.get(groupId)?.rules.length).toBe(1);
    expect(follower.drain().map(({ kind }) => kind)).toEqual(Array(3).fill("groupRulesChanged"));
  });

  test("the same permission in the other direction is another rule", () => {
    const { region, groupId } = withGroup();
    const change = (direction: "ingress" | "egress"): string =>
      codeOf(region.groups.authorize({ groupId, direction, permissions: [https] }));
    expect([change("ingress"), change("egress"), change("ingress")]).toEqual([
      "ok",
      "ok",
      "InvalidPermission.Duplicate",
    ]);
    const outcome = region.groups.authorize({ groupId, direction: "egress", permissions: [https] });
    expect(messageOf(outcome)).toContain(
      "peer: 0.0.0.0/0, TCP, from port: 443, to port: 443, ALLOW",
    );
  });

  test.each<{ name: string; permission: Permission; text: string }>([
    {
      name: "everything",
      permission: { protocol: "-1", peer: everywhere },
      text: "0.0.0.0/0, ALL",
    },
    {
      name: "a protocol without ports",
      permission: { protocol: "50", peer: everywhere },
      text: "0.0.0.0/0, 50",
    },
  ])("a duplicate is named: $name", ({ permission, text }) => {
    const { region, groupId } = withGroup();
    const twice = { groupId, direction: "ingress", permissions: [permission, permission] } as const;
    const outcome = region.groups.authorize(twice);
    expect(messageOf(outcome)).toContain(text);
    expect(region.records.groups.get(groupId)?.rules.length).toBe(1);
  });

  test("an unknown peer, a peer of another VPC, an unknown group and a wrong permission are refused", () => {
    const { region, groupId } = withGroup();
    const other = must(region.vpcs.create({ cidr: block("10.1.0.0/16") }));
    const change = (permission: Permission, id = groupId): readonly string[] => {
      const request = { groupId: id, direction: "ingress", permissions: [permission] } as const;
      return [codeOf(region.groups.authorize(request)), codeOf(region.groups.revoke(request))];
    };
    const of = (id: typeof groupId): Permission => ({
      protocol: "-1",
      peer: { kind: "group", groupId: id },
    });
    expect(change(of(unknown))).toEqual(["InvalidGroup.NotFound", "InvalidPermission.NotFound"]);
    expect(change(of(other.defaultGroupId))).toEqual([
      "InvalidGroup.NotFound",
      "InvalidPermission.NotFound",
    ]);
    expect(change(https, unknown)).toEqual(["InvalidGroup.NotFound", "InvalidGroup.NotFound"]);
    expect(change({ protocol: "x", peer: everywhere })).toEqual([
      "InvalidParameterValue",
      "InvalidParameterValue",
    ]);
    expect(codeOf(region.groups.revokeRules(unknown, []))).toBe("InvalidGroup.NotFound");
    const ruleId = newId("securityGroupRule", newRandom(771));
    expect(codeOf(region.groups.revokeRules(groupId, [ruleId]))).toBe(
      "InvalidSecurityGroupRuleId.NotFound",
    );
  });

  test("are limited each way", () => {
    const quotas = { ...DEFAULT_QUOTAS, rulesPerGroup: 2 };
    const { region, groupId } = withGroup(testRegion({ quotas }));
    const permissions = [1, 2, 3].map((port) => ({ ...https, fromPort: port, toPort: port }));
    const authorize = (count: number): string =>
      codeOf(
        region.groups.authorize({
          groupId,
          direction: "ingress",
          permissions: permissions.slice(0, count),
        }),
      );
    expect([authorize(3), authorize(2)]).toEqual(["RulesPerSecurityGroupLimitExceeded", "ok"]);
  });
});

function withGroup(given = testRegion()) {
  const { region, vpcId } = regionWithSubnet("10.0.1.0/24", given);
  const group = must(region.groups.create({ vpcId, name: "pods", description: "" }));
  return { region, groupId: group.id };
}

function fail(): never {
  throw new Error("the test is wrong");
}
