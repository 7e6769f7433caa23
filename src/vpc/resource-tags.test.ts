import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { block, codeOf, messageOf, must, regionWithSubnet, startInstance } from "./test-region.ts";

const unknown = newId("eni", newRandom(10));

test("every kind of resource can have tags, and is listed by EC2's word for it", () => {
  const { region, vpcId, subnetId } = regionWithSubnet();
  const { records } = region;
  startInstance(region, { subnetId });
  must(region.internetGateways.create());
  must(region.elasticIps.allocate());
  must(region.natGateways.create({ subnetId, connectivity: "private" }));
  must(region.reservations.create({ subnetId, cidr: block("10.0.1.64/28"), type: "prefix" }));
  const ids = [
    ...[vpcId, subnetId],
    ...[
      records.enis,
      records.instances,
      records.groups,
      records.routeTables,
      records.internetGateways,
    ].map(first),
    ...[records.natGateways, records.acls, records.reservations, records.elasticIps].map(first),
  ];
  must(region.tags.create(ids, new Map([["team", "net"]])));
  expect(region.tags.list().map(({ resourceType }) => resourceType)).toEqual([
    ...["vpc", "subnet", "network-interface", "instance", "security-group", "route-table"],
    ...["internet-gateway", "natgateway", "network-acl", "subnet-cidr-reservation", "elastic-ip"],
  ]);
  expect(region.tags.list()[0]).toEqual({
    resourceId: vpcId,
    resourceType: "vpc",
    key: "team",
    value: "net",
  });
});

test("tags are added or overwritten, and told", () => {
  const { region, vpcId } = regionWithSubnet();
  const follower = region.follow();
  must(
    region.tags.create(
      [vpcId],
      new Map([
        ["a", "1"],
        ["b", ""],
      ]),
    ),
  );
  must(region.tags.create([vpcId], new Map([["a", "2"]])));
  expect([...region.tags.of(vpcId)]).toEqual([
    ["a", "2"],
    ["b", ""],
  ]);
  expect(follower.drain()).toMatchObject(Array(2).fill({ kind: "tagsChanged", resourceId: vpcId }));
  expect([...region.tags.of("eni-0")]).toEqual([]);
});

describe("deleting", () => {
  test.each([
    { name: "whatever the value", tags: [{ key: "a", value: undefined }], left: ["b"] },
    { name: "an equal value", tags: [{ key: "a", value: "1" }], left: ["b"] },
    { name: "another value", tags: [{ key: "a", value: "" }], left: ["a", "b"] },
    { name: "an equal empty value", tags: [{ key: "b", value: "" }], left: ["a"] },
    { name: "a key that isn't there", tags: [{ key: "c", value: undefined }], left: ["a", "b"] },
    { name: "all", tags: [], left: [] },
  ])("$name", ({ tags, left }) => {
    const { region, vpcId } = regionWithSubnet();
    must(
      region.tags.create(
        [vpcId],
        new Map([
          ["a", "1"],
          ["b", ""],
        ]),
      ),
    );
    must(region.tags.delete([vpcId], tags));
    expect([...region.tags.of(vpcId).keys()]).toEqual(left);
  });

  test("from what isn't there", () => {
    const { region } = regionWithSubnet();
    expect(codeOf(region.tags.delete([unknown], []))).toBe("InvalidNetworkInterfaceID.NotFound");
    expect(codeOf(region.tags.delete(["x-1"], []))).toBe("InvalidID");
  });
});

describe("refusals", () => {
  test.each([
    { name: "128 characters", key: "k".repeat(128), value: "v".repeat(256), want: "ok" },
    { name: "too long a key", key: "k".repeat(129), value: "", want: "InvalidParameterValue" },
    { name: "too long a value", key: "k", value: "v".repeat(257), want: "InvalidParameterValue" },
    { name: "an empty key", key: "", value: "", want: "InvalidParameterValue" },
    { name: "a reserved key", key: "aws:a", value: "", want: "InvalidParameterValue" },
  ])("$name: $want", ({ key, value, want }) => {
    const { region, vpcId } = regionWithSubnet();
    expect(codeOf(region.tags.create([vpcId], new Map([[key, value]])))).toBe(want);
  });

  test("a tag beyond the fiftieth, counting those that are there", () => {
    const { region, vpcId } = regionWithSubnet();
    const many = (from: number, count: number): ReadonlyMap<string, string> =>
      new Map(Array.from({ length: count }, (_, n) => [`k${from + n}`, ""]));
    must(region.tags.create([vpcId], many(0, 49)));
    expect(codeOf(region.tags.create([vpcId], many(49, 2)))).toBe("TagLimitExceeded");
    expect(codeOf(region.tags.create([vpcId], many(48, 2)))).toBe("ok");
  });

  test("of several resources with one unknown none is tagged", () => {
    const { region, vpcId } = regionWithSubnet();
    const outcome = region.tags.create([vpcId, unknown], new Map([["a", ""]]));
    expect(messageOf(outcome)).toBe(`The networkInterface ID '${unknown}' does not exist`);
    expect(region.tags.list()).toEqual([]);
    expect(codeOf(region.tags.create(["eni-"], new Map()))).toBe("InvalidID");
  });
});

test("tags go with their resource", () => {
  const { region, subnetId } = regionWithSubnet();
  const { id } = must(region.enis.create({ subnetId, tags: new Map([["a", ""]]) }));
  expect(region.tags.list().length).toBe(1);
  must(region.enis.delete(id));
  expect(region.tags.list()).toEqual([]);
});

function first(records: { list(): readonly { readonly id: string }[] }): string {
  return records.list()[0]?.id ?? "";
}
