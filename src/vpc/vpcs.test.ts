import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import { formatCidr6 } from "../net/index.ts";
import { DEFAULT_QUOTAS, DEFAULT_TIMING, INSTANT_TIMING } from "./settings.ts";
import { block, codeOf, must, regionWithSubnet, settle, testRegion } from "./test-region.ts";

const unknown = newId("vpc", newRandom(99));

describe("creating", () => {
  test("makes a main route table, a default group and a default ACL", () => {
    const region = testRegion();
    const vpc = must(
      region.vpcs.create({ cidr: block("10.0.0.0/16"), tags: new Map([["Name", "a"]]) }),
    );
    expect(vpc.state).toBe("pending");
    expect(vpc.instanceTenancy).toBe("default");
    const table = region.records.routeTables.get(vpc.mainRouteTableId);
    expect(table?.main).toBeDefined();
    expect(table?.routes.map(({ target, state }) => [target.kind, state])).toEqual([
      ["local", "active"],
    ]);
    const group = region.records.groups.get(vpc.defaultGroupId);
    expect(group?.rules.map(({ direction, peer }) => [direction, peer.kind])).toEqual([
      ["ingress", "group"],
      ["egress", "ipv4"],
    ]);
    const acl = region.records.acls.get(vpc.defaultAclId);
    expect(acl?.entries.map((entry) => [entry.direction, entry.number, entry.action])).toEqual([
      ["ingress", 100, "allow"],
      ["ingress", 32767, "deny"],
      ["egress", 100, "allow"],
      ["egress", 32767, "deny"],
    ]);
    expect(region.tags.of(vpc.id)).toEqual(new Map([["Name", "a"]]));
  });

  test("is pending first, then available", () => {
    const region = testRegion({ timing: DEFAULT_TIMING });
    const { id } = must(region.vpcs.create({ cidr: block("10.0.0.0/16") }));
    region.advance(region.nowMs + 99);
    expect(region.records.vpcs.get(id)?.state).toBe("pending");
    region.advance(region.nowMs + 201);
    expect(region.records.vpcs.get(id)?.state).toBe("available");
  });

  test("with IPv6 it gets a /56 of its own and its local route", () => {
    const region = testRegion();
    const blocks = ["10.0.0.0/16", "10.1.0.0/16"].map((cidr) => {
      const vpc = must(region.vpcs.create({ cidr: block(cidr), ipv6: "amazonProvided" }));
      const table = region.records.routeTables.get(vpc.mainRouteTableId);
      expect(table?.routes.map(({ destination }) => destination.kind)).toEqual(["ipv4", "ipv6"]);
      return vpc.ipv6Cidrs.map(({ cidr: ipv6 }) => formatCidr6(ipv6));
    });
    expect(blocks).toEqual([["2001:db8::/56"], ["2001:db8:0:100::/56"]]);
  });

  test.each([
    { name: "too large", cidr: "10.0.0.0/15", want: "InvalidVpc.Range" },
    { name: "a reserved tag", cidr: "10.0.0.0/16", tag: "aws:x", want: "InvalidParameterValue" },
  ])("refuses: $name", ({ cidr, tag = "x", want }) => {
    const region = testRegion();
    expect(codeOf(region.vpcs.create({ cidr: block(cidr), tags: new Map([[tag, ""]]) }))).toBe(
      want,
    );
    expect(region.records.vpcs.size).toBe(0);
  });

  test("refuses the sixth VPC", () => {
    const region = testRegion();
    const codes = Array.from({ length: 6 }, (_, n) =>
      codeOf(region.vpcs.create({ cidr: block(`10.${n}.0.0/16`) })),
    );
    expect(codes).toEqual(["ok", "ok", "ok", "ok", "ok", "VpcLimitExceeded"]);
  });
});

describe("deleting", () => {
  test("takes the defaults with it", () => {
    const region = testRegion();
    const { id } = must(region.vpcs.create({ cidr: block("10.0.0.0/16") }));
    expect(codeOf(region.vpcs.delete(id))).toBe("ok");
    const { vpcs, groups, routeTables, acls } = region.records;
    expect([vpcs.size, groups.size, routeTables.size, acls.size]).toEqual([0, 0, 0, 0]);
    settle(region);
    expect(codeOf(region.vpcs.delete(id))).toBe("InvalidVpcID.NotFound");
  });

  test("is refused while anything is in it, and allowed afterwards", () => {
    const { region, vpcId, subnetId } = regionWithSubnet();
    const refused = (): void =>
      expect(codeOf(region.vpcs.delete(vpcId))).toBe("DependencyViolation");
    refused();
    must(region.subnets.delete(subnetId));
    const gateway = must(region.internetGateways.create());
    must(region.internetGateways.attach(gateway.id, vpcId));
    refused();
    must(region.internetGateways.detach(gateway.id, vpcId));
    const group = must(region.groups.create({ vpcId, name: "a", description: "" }));
    refused();
    must(region.groups.delete(group.id));
    const table = must(region.routeTables.create({ vpcId }));
    refused();
    must(region.routeTables.delete(table.id));
    const acl = must(region.acls.create({ vpcId }));
    refused();
    must(region.acls.delete(acl.id));
    expect(codeOf(region.vpcs.delete(vpcId))).toBe("ok");
  });
});

describe("further blocks", () => {
  test("can be used and are routed when they are associated", () => {
    const { region, vpcId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: DEFAULT_TIMING }),
    );
    const follower = region.follow();
    const { associationId } = must(region.vpcs.associateCidr(vpcId, block("100.64.0.0/16")));
    const subnet = { vpcId, cidr: block("100.64.0.0/24") };
    expect(codeOf(region.subnets.create(subnet))).toBe("InvalidSubnet.Range");
    settle(region);
    expect(follower.drain().map(({ kind }) => kind)).toEqual([
      "routesChanged",
      "vpcCidrAssociated",
    ]);
    const { id } = must(region.subnets.create(subnet));
    expect(region.routeTables.ofSubnet(id).routes.length).toBe(2);
    expect(codeOf(region.vpcs.disassociateCidr(associationId))).toBe("InvalidCidrBlock.InUse");
    must(region.subnets.delete(id));
    const gone = must(region.vpcs.disassociateCidr(associationId));
    expect(gone.cidr.cidr).toEqual(block("100.64.0.0/16"));
    expect(region.records.vpcs.get(vpcId)?.cidrs.length).toBe(1);
    expect(region.records.routeTables.list()[0]?.routes.length).toBe(1);
  });

  test("a block that was taken away before it was associated, or whose VPC is gone, is no matter", () => {
    const region = testRegion({ timing: DEFAULT_TIMING });
    const { id } = must(region.vpcs.create({ cidr: block("10.0.0.0/16") }));
    const { associationId } = must(region.vpcs.associateCidr(id, block("10.1.0.0/16")));
    must(region.vpcs.disassociateCidr(associationId));
    settle(region);
    expect(region.records.vpcs.get(id)?.cidrs.length).toBe(1);
    must(region.vpcs.associateCidr(id, block("10.2.0.0/16")));
    must(region.vpcs.delete(id));
    settle(region);
    expect(region.records.vpcs.size).toBe(0);
  });

  test("of IPv6", () => {
    const { region, vpcId } = regionWithSubnet();
    const added = must(region.vpcs.associateIpv6(vpcId));
    expect(added.state).toBe("associating");
    settle(region);
    const vpc = must(region.records.vpcs.find(vpcId));
    expect(vpc.ipv6Cidrs.map(({ state }) => state)).toEqual(["associated"]);
    const table = region.records.routeTables.get(vpc.mainRouteTableId);
    expect(table?.routes.map(({ destination }) => destination.kind)).toEqual(["ipv4", "ipv6"]);
  });

  test("one of several is completed at a time", () => {
    const { region, vpcId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: DEFAULT_TIMING }),
    );
    must(region.vpcs.associateIpv6(vpcId));
    must(region.vpcs.associateIpv6(vpcId));
    region.advance(region.nextDeadlineMs ?? 0);
    settle(region);
    const states = must(region.records.vpcs.find(vpcId)).ipv6Cidrs.map(({ state }) => state);
    expect(states).toEqual(["associated", "associated"]);
  });

  test.each([
    { name: "overlap", cidr: "10.0.128.0/20", want: "InvalidVpc.Range" },
    { name: "a restricted range", cidr: "172.16.0.0/16", want: "InvalidVpc.Range" },
    { name: "wider than a route", cidr: "52.0.0.0/16", want: "InvalidVpc.Range" },
    { name: "one more than the quota", cidr: "10.9.0.0/16", want: "CidrLimitExceeded" },
  ])("refused: $name", ({ cidr, want }) => {
    const quotas = { ...DEFAULT_QUOTAS, cidrsPerVpc: 1 };
    const { region, vpcId } = regionWithSubnet("10.0.1.0/24", testRegion({ quotas }));
    const gateway = must(region.internetGateways.create());
    must(region.internetGateways.attach(gateway.id, vpcId));
    must(
      region.routeTables.createRoute({
        routeTableId: must(region.records.vpcs.find(vpcId)).mainRouteTableId,
        destination: { kind: "ipv4", cidr: block("52.0.1.0/24") },
        target: { kind: "internetGateway", id: gateway.id },
      }),
    );
    expect(codeOf(region.vpcs.associateCidr(vpcId, block(cidr)))).toBe(want);
  });

  test("refused: more IPv6 than the quota, an unknown VPC, an unknown association, the primary", () => {
    const quotas = { ...DEFAULT_QUOTAS, cidrsPerVpc: 0 };
    const { region, vpcId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ quotas, timing: INSTANT_TIMING }),
    );
    expect(codeOf(region.vpcs.associateIpv6(vpcId))).toBe("CidrLimitExceeded");
    expect(codeOf(region.vpcs.associateIpv6(unknown))).toBe("InvalidVpcID.NotFound");
    expect(codeOf(region.vpcs.associateCidr(unknown, block("10.9.0.0/16")))).toBe(
      "InvalidVpcID.NotFound",
    );
    const strange = newId("vpcCidrAssociation", newRandom(773));
    expect(codeOf(region.vpcs.disassociateCidr(strange))).toBe("InvalidAssociationID.NotFound");
    const primary = must(region.records.vpcs.find(vpcId)).cidrs.map(({ associationId }) =>
      codeOf(region.vpcs.disassociateCidr(associationId)),
    );
    expect(primary).toEqual(["OperationNotPermitted"]);
  });
});
