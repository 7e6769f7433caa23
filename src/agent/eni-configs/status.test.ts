import { describe, expect, test } from "vitest";
import { parseSecurityGroupId, parseSubnetId, parseVpcId } from "../../facts/index.ts";
import type { EniConfigStatus } from "../../kube-client/index.ts";
import type { EniConfigFound, NamedNode } from "../cluster.ts";
import type { Ec2Subnet } from "../ec2.ts";
import { INSTANCE, must, TINY_SUBNET } from "../tiny-instance.ts";
import { newNode } from "../tiny-node.ts";
import { TinyCluster } from "../tiny-cluster.ts";
import { TinyTime } from "../tiny-time.ts";
import { TinyWorld } from "../tiny-world.ts";
import { isNews, statusOf } from "./status.ts";
import type { StatusParts } from "./status.ts";
import { writeEniConfigStatuses } from "./write-statuses.ts";

const ZONE = "topology.kubernetes.io/zone";
const GROUP = must(parseSecurityGroupId("sg-00000001"));
const FOREIGN = must(parseSecurityGroupId("sg-0000ff02"));
const ELSEWHERE = must(parseVpcId("vpc-0000ff02"));
const USABLE = { ok: true, value: { subnet: INSTANCE.subnet, securityGroups: [GROUP] } } as const;

function nodeIn(zone: string, name = "node-1"): NamedNode {
  return { name, labels: { [ZONE]: zone }, annotations: {} };
}

function status(
  given: Partial<StatusParts> = {},
  found: EniConfigFound = USABLE,
  before?: EniConfigStatus,
): EniConfigStatus {
  return statusOf({
    config: { name: "zone-a", uid: "u", generation: 3, found, status: before },
    nodes: [nodeIn("us-west-2a")],
    subnets: [TINY_SUBNET],
    groups: [
      { id: GROUP, vpc: INSTANCE.vpc },
      { id: FOREIGN, vpc: ELSEWHERE },
    ],
    vpc: INSTANCE.vpc,
    nowMs: 0,
    ...given,
  });
}

function conditions(from: EniConfigStatus): string[] {
  return from.conditions.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`);
}

describe("R-CN-2: the status of an ENIConfig", () => {
  test("says who uses it, where its subnet is, and how full that is", () => {
    expect(status()).toMatchObject({
      observedGeneration: 3,
      nodes: { count: 1, names: ["node-1"] },
      subnet: {
        id: INSTANCE.subnet,
        zone: "us-west-2a",
        cidr: "10.0.1.0/24",
        addresses: 251,
        freeAddresses: 200,
      },
    });
    expect(conditions(status())).toEqual([
      "Ready=True Usable",
      "SubnetFound=True SubnetFound",
      "SecurityGroupsFound=True SecurityGroupsFound",
      "InZoneOfNodes=True InZoneOfNodes",
      "HasAddresses=True HasAddresses",
    ]);
  });

  const full: Ec2Subnet = { ...TINY_SUBNET, freeAddresses: 0 };
  const foreign = {
    ok: true,
    value: { subnet: INSTANCE.subnet, securityGroups: [FOREIGN] },
  } as const;
  const missing = {
    ok: true,
    value: {
      subnet: must(parseSubnetId("subnet-0000dead")),
      securityGroups: [must(parseSecurityGroupId("sg-0000dead"))],
    },
  } as const;
  const invalid = { ok: false, error: { reason: "invalid", text: 'spec.subnet is "x"' } } as const;
  test.each<{
    what: string;
    given?: Partial<StatusParts>;
    found?: EniConfigFound;
    want: string[];
    message?: string;
  }>([
    {
      what: "whose ids are none",
      found: invalid,
      want: ["Ready=False Invalid"],
      message: 'Spec.subnet is "x".',
    },
    {
      what: "whose subnet and group do not exist",
      found: missing,
      want: [
        "Ready=False SubnetNotFound",
        "SubnetFound=False SubnetNotFound",
        "SecurityGroupsFound=False SecurityGroupNotFound",
      ],
      message: "There is no subnet subnet-0000dead in this Region.",
    },
    {
      what: "whose subnet is of another VPC",
      given: { subnets: [{ ...TINY_SUBNET, vpc: ELSEWHERE }] },
      want: ["Ready=False SubnetInOtherVpc", "SubnetFound=False SubnetInOtherVpc"],
    },
    {
      what: "whose group is of another VPC",
      found: foreign,
      want: ["Ready=False SecurityGroupInOtherVpc"],
    },
    {
      what: "whose nodes are in another zone",
      given: {
        nodes: [nodeIn("us-west-2a"), nodeIn("us-west-2b", "n2"), nodeIn("us-west-2c", "n3")],
      },
      want: ["Ready=False SubnetInOtherZone", "InZoneOfNodes=False SubnetInOtherZone"],
      message:
        "Subnet subnet-00000001 is in us-west-2a, and node n2 is in us-west-2b; 2 of its 3 nodes are in other zones.",
    },
    {
      what: "without nodes",
      given: { nodes: [] },
      want: ["Ready=True Usable", "InZoneOfNodes=Unknown NoNodes"],
    },
    {
      what: "without groups of its own",
      found: { ok: true, value: { ...USABLE.value, securityGroups: [] } },
      want: ["SecurityGroupsFound=True NodesOwn"],
    },
    {
      what: "whose subnet is full",
      given: { subnets: [full] },
      want: ["Ready=False SubnetFull", "HasAddresses=False SubnetFull"],
    },
  ])("one $what", ({ given, found, want, message }) => {
    const written = status(given, found);
    expect(conditions(written)).toEqual(expect.arrayContaining(want));
    if (message !== undefined) expect(written.conditions[0]?.message).toBe(message);
  });

  test("a condition keeps the time since when it is so", () => {
    const before = status({ nodes: [] });
    const after = status({ nowMs: 60_000 }, USABLE, before);
    const times = Object.fromEntries(
      after.conditions.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]),
    );
    expect(times).toMatchObject({
      Ready: "1970-01-01T00:00:00Z",
      InZoneOfNodes: "1970-01-01T00:01:00Z",
    });
  });

  test("is written again for what matters, not for every address", () => {
    const before = status();
    const withFree = (freeAddresses: number): EniConfigStatus =>
      status({ subnets: [{ ...TINY_SUBNET, freeAddresses }] });
    expect(isNews(before, undefined)).toBe(true);
    expect(isNews(status({ nowMs: 90_000 }), before)).toBe(false);
    expect(isNews(withFree(199), before)).toBe(false);
    expect(isNews(withFree(150), before)).toBe(true);
    expect(isNews(status({ nodes: [] }), before)).toBe(true);
    expect(isNews(status({}, invalid), before)).toBe(true);
    expect(isNews(status({}, invalid), status({}, invalid))).toBe(false);
  });
});

describe("the one that writes them", () => {
  function setting(): {
    world: TinyWorld;
    cluster: TinyCluster;
    time: TinyTime;
    stop: () => Promise<void>;
  } {
    const world = new TinyWorld();
    const time = new TinyTime();
    const cluster = new TinyCluster();
    cluster.setNode({ labels: { [ZONE]: "us-west-2a" } });
    const customNetworking = { annotation: "a", label: ZONE };
    const term = new AbortController();
    const ended = writeEniConfigStatuses(
      newNode(world, { time, cluster, customNetworking }),
      cluster,
      term.signal,
    );
    return {
      world,
      cluster,
      time,
      stop: async () => {
        term.abort();
        await ended;
      },
    };
  }

  test("asks EC2 once for all of them, writes what is new, and counts nodes by name", async () => {
    const { world, cluster, time, stop } = setting();
    await time.pass(1000);
    expect(world.calls).toEqual([]);
    cluster.configs.set("us-west-2a", USABLE);
    cluster.configs.set("us-west-2b", USABLE);
    cluster.otherNodes.push(nodeIn("us-west-2b", "b1"), nodeIn("us-west-2a", "a1"));
    cluster.changed();
    await time.pass(1000);
    expect(world.calls).toEqual(["subnets", "securityGroups"]);
    expect(cluster.statuses.get("us-west-2a")?.nodes).toEqual({ count: 2, names: ["a1", "own"] });
    expect(cluster.statuses.get("us-west-2b")?.conditions[0]).toMatchObject({
      status: "False",
      reason: "SubnetInOtherZone",
    });
    expect(cluster.news("eniConfig")).toEqual([
      "Warning SubnetInOtherZone: Subnet subnet-00000001 is in us-west-2a, and node b1 is in us-west-2b.",
    ]);
    const written = cluster.statuses.get("us-west-2a");
    await time.pass(120_000);
    expect(cluster.statuses.get("us-west-2a")).toBe(written);
    cluster.otherNodes.length = 0;
    await time.pass(31_000);
    expect(cluster.statuses.get("us-west-2b")?.nodes.count).toBe(0);
    expect(cluster.news("eniConfig")).toHaveLength(2);
    await stop();
  });

  test("tells what is wrong once where the definition keeps no status", async () => {
    const { cluster, time, stop } = setting();
    cluster.writeStatus = () => Promise.resolve();
    cluster.configs.set("us-west-2b", USABLE);
    cluster.otherNodes.push(nodeIn("us-west-2b", "b1"));
    cluster.changed();
    await time.pass(300_000);
    expect(cluster.news("eniConfig")).toHaveLength(1);
    await stop();
  });

  test("writes nothing more once another leads", async () => {
    const { cluster, time, stop } = setting();
    const written: string[] = [];
    let goOn = (): void => undefined;
    cluster.writeStatus = (name) => {
      written.push(name);
      return new Promise((resolve) => (goOn = resolve));
    };
    cluster.configs.set("us-west-2a", USABLE);
    cluster.configs.set("us-west-2b", USABLE);
    cluster.changed();
    await time.pass(1000);
    const stopped = stop();
    goOn();
    await stopped;
    expect(written).toEqual(["us-west-2a"]);
  });

  test("goes on after a failure of EC2 or of the API", async () => {
    const { world, cluster, time, stop } = setting();
    world.refuse("subnets", "RequestLimitExceeded");
    cluster.configs.set("us-west-2a", USABLE);
    cluster.changed();
    await time.pass(1000);
    cluster.refusal = new Error("away");
    await time.pass(31_000);
    expect(cluster.statuses.size).toBe(0);
    cluster.refusal = undefined;
    await time.pass(31_000);
    expect(cluster.statuses.size).toBe(1);
    await stop();
  });
});
