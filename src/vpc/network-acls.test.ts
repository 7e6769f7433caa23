import { expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import type { AclEntry } from "./network-acl.ts";
import { block, codeOf, must, regionWithSubnet } from "./test-region.ts";

const unknown = newId("networkAcl", newRandom(30));
const deny: AclEntry = {
  ...{ number: 90, direction: "ingress", action: "deny", protocol: "6" },
  ...{ cidr: block("10.0.0.0/8"), ports: { from: 22, to: 22 } },
};

test("a new ACL denies everything; its entries stand in the order in which they apply", () => {
  const { region, vpcId } = regionWithSubnet();
  const { id, entries } = must(region.acls.create({ vpcId, tags: new Map([["a", "b"]]) }));
  expect(entries.map(({ number, action }) => [number, action])).toEqual([
    [32767, "deny"],
    [32767, "deny"],
  ]);
  must(region.acls.createEntry(id, { ...deny, number: 200 }));
  must(region.acls.createEntry(id, { ...deny, direction: "egress" }));
  must(region.acls.createEntry(id, deny));
  must(region.acls.replaceEntry(id, { ...deny, number: 200, action: "allow" }));
  const now = region.records.acls.get(id)?.entries;
  expect(now?.map(({ direction, number, action }) => `${direction} ${number} ${action}`)).toEqual([
    ...["ingress 90 deny", "ingress 200 allow", "ingress 32767 deny"],
    ...["egress 90 deny", "egress 32767 deny"],
  ]);
  must(region.acls.deleteEntry(id, deny));
  expect(region.records.acls.get(id)?.entries.length).toBe(4);
});

test.each([
  { name: "number 0", entry: { ...deny, number: 0 }, want: "InvalidParameterValue" },
  { name: "number 32767", entry: { ...deny, number: 32767 }, want: "InvalidParameterValue" },
  { name: "half a number", entry: { ...deny, number: 1.5 }, want: "InvalidParameterValue" },
  { name: "the same number", entry: deny, want: "NetworkAclEntryAlreadyExists" },
  {
    name: "the same number the other way",
    entry: { ...deny, direction: "egress" as const },
    want: "ok",
  },
])("creating an entry, $name: $want", ({ entry, want }) => {
  const { region, vpcId } = regionWithSubnet();
  const { id } = must(region.acls.create({ vpcId }));
  must(region.acls.createEntry(id, deny));
  expect(codeOf(region.acls.createEntry(id, entry))).toBe(want);
});

test("entries that aren't there, or can't be changed", () => {
  const { region, vpcId } = regionWithSubnet();
  const { id } = must(region.acls.create({ vpcId }));
  const last = { ...deny, number: 32767 };
  expect(codeOf(region.acls.replaceEntry(id, deny))).toBe("InvalidNetworkAclEntry.NotFound");
  expect(codeOf(region.acls.deleteEntry(id, deny))).toBe("InvalidNetworkAclEntry.NotFound");
  expect(codeOf(region.acls.deleteEntry(id, last))).toBe("InvalidNetworkAclEntry.NotFound");
  for (const outcome of [
    region.acls.createEntry(unknown, deny),
    region.acls.replaceEntry(unknown, deny),
    region.acls.deleteEntry(unknown, deny),
    region.acls.delete(unknown),
  ]) {
    expect(codeOf(outcome)).toBe("InvalidNetworkAclID.NotFound");
  }
});

test("a subnet can use another ACL, which then can't be deleted", () => {
  const { region, vpcId, subnetId } = regionWithSubnet();
  const { id } = must(region.acls.create({ vpcId }));
  const before = must(region.records.subnets.find(subnetId)).acl;
  const associationId = must(region.acls.replaceAssociation(before.associationId, id));
  expect(region.records.subnets.get(subnetId)?.acl).toEqual({ id, associationId });
  expect(codeOf(region.acls.delete(id))).toBe("DependencyViolation");
  expect(codeOf(region.acls.replaceAssociation(before.associationId, id))).toBe(
    "InvalidAssociationID.NotFound",
  );
  expect(codeOf(region.acls.replaceAssociation(associationId, unknown))).toBe(
    "InvalidNetworkAclID.NotFound",
  );
  const other = must(region.vpcs.create({ cidr: block("10.1.0.0/16") }));
  expect(codeOf(region.acls.replaceAssociation(associationId, other.defaultAclId))).toBe(
    "InvalidParameterValue",
  );
  must(region.acls.replaceAssociation(associationId, before.id));
  expect(codeOf(region.acls.delete(id))).toBe("ok");
  expect(codeOf(region.acls.delete(before.id))).toBe("DependencyViolation");
});

test("an ACL of an unknown VPC, or with a reserved tag, is refused", () => {
  const { region, vpcId } = regionWithSubnet();
  const strange = newId("vpc", newRandom(771));
  expect(codeOf(region.acls.create({ vpcId: strange }))).toBe("InvalidVpcID.NotFound");
  const tags = new Map([["aws:", ""]]);
  expect(codeOf(region.acls.create({ vpcId, tags }))).toBe("InvalidParameterValue");
});
