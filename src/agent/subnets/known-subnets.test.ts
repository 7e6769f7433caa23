import { describe, expect, test } from "vitest";
import { parseSubnetId } from "../../facts/index.ts";
import type { SubnetId } from "../../facts/index.ts";
import type { PoolPolicy } from "../../pool/index.ts";
import type { Ec2Subnet } from "../ec2.ts";
import { discover } from "../discover.ts";
import { readAgentConfig } from "../config.ts";
import type { Log } from "../log.ts";
import type { Node } from "../node.ts";
import { perform } from "../perform.ts";
import { newSubnetNews } from "../subnet-news.ts";
import { TinyCluster } from "../tiny-cluster.ts";
import { INSTANCE, LIMITS, must, TINY_SUBNET } from "../tiny-instance.ts";
import { newNode, SILENT } from "../tiny-node.ts";
import { TinyTime } from "../tiny-time.ts";
import { TinyWorld } from "../tiny-world.ts";
import { newSubnets } from "./known-subnets.ts";
import type { SubnetOptions } from "./known-subnets.ts";

const ROLE = "kubernetes.io/role/cni";
const B = subnet("subnet-0000000b");
const C = subnet("subnet-0000000c");
const OWN = INSTANCE.subnet;
const WANTED = { unit: "address", count: 9 } as const;
const STEP = { kind: "createEni", ...WANTED, avoidSubnets: [] } as const;

function subnet(text: string): SubnetId {
  return must(parseSubnetId(text));
}

function tagged(id: SubnetId, given: Partial<Ec2Subnet> = {}): Ec2Subnet {
  return { ...TINY_SUBNET, id, tags: { [ROLE]: "1" }, freeAddresses: 100, ...given };
}

interface Setting {
  readonly world: TinyWorld;
  readonly time: TinyTime;
  readonly node: Node;
  readonly lines: string[];
}

function setting(given: Partial<SubnetOptions> = {}, others: readonly Ec2Subnet[] = []): Setting {
  const world = new TinyWorld();
  world.otherSubnets.push(...others);
  const time = new TinyTime();
  const lines: string[] = [];
  const note = (facts: unknown, text?: string): void =>
    void lines.push(`${text ?? ""} ${JSON.stringify(facts)}`);
  const log: Log = { ...SILENT, info: note, warn: note };
  const options: SubnetOptions = {
    instance: INSTANCE,
    clusterName: "ours",
    discovery: "on",
    policy: "berth",
    ...given,
  };
  const subnets = newSubnets({ ec2: world.ec2, time, log }, options);
  return {
    world,
    time,
    node: newNode(world, { time, log, subnets, cluster: new TinyCluster() }),
    lines,
  };
}

async function usable({ node }: Setting): Promise<SubnetId[]> {
  const choices = await node.subnets.choose(WANTED);
  return choices.filter(({ unused }) => unused === undefined).map((choice) => choice.subnet);
}

describe("the choice of a subnet", () => {
  test("takes the one with the most free addresses first, and says why others are not used", async () => {
    const all = setting({}, [
      tagged(B, { freeAddresses: 300 }),
      tagged(C, { freeAddresses: 9 }),
      tagged(subnet("subnet-0000000d"), { zone: "us-west-2b" }),
      tagged(subnet("subnet-0000000e"), { tags: {} }),
      tagged(subnet("subnet-0000000f"), { tags: { [ROLE]: "0" } }),
      tagged(subnet("subnet-00000010"), { tags: {}, zone: "us-west-2c" }),
    ]);
    expect(await usable(all)).toEqual([B, OWN]);
    const unused = all.node.subnets.choices().filter((choice) => choice.unused !== undefined);
    expect(unused.map((choice) => [choice.subnet, choice.unused])).toEqual([
      ["subnet-0000000d", "otherZone"],
      ["subnet-0000000e", "notTagged"],
      ["subnet-0000000f", "taggedZero"],
      [C, "tooFewAddresses"],
    ]);
    expect(all.lines.join()).toContain("it is in another zone than the node");
    all.world.otherSubnets.reverse();
    await all.time.pass(60_000);
    await usable(all);
    expect(all.lines).toHaveLength(1);
  });

  test("makes the ENI in the next subnet when one is full, which then rests for a while", async () => {
    const all = setting({}, [tagged(B, { freeAddresses: 300 })]);
    all.world.fullSubnets.add(B);
    const outcome = await perform(all.node, STEP);
    expect(outcome).toMatchObject({ kind: "created", eni: { subnetId: OWN } });
    expect(all.world.calls.filter((call) => call === "createEni")).toHaveLength(2);
    expect(await usable(all)).toEqual([OWN]);
    expect(all.node.subnets.choices()[1]).toMatchObject({ subnet: B, unused: "refused" });
    await all.time.pass(10_000);
    expect(await usable(all)).toEqual([B, OWN]);
  });

  test("goes on to another for fewer addresses than were refused", async () => {
    const all = setting();
    all.node.subnets.noteRefusal(OWN, WANTED);
    expect(await perform(all.node, STEP)).toMatchObject({ reason: "subnetFull", subnetId: OWN });
    expect(all.world.calls).not.toContain("createEni");
    expect(await perform(all.node, { ...STEP, count: 4 })).toMatchObject({ kind: "created" });
  });

  test("asks for blocks where few addresses are free: EC2 does not count those reserved for prefixes", async () => {
    const all = setting({}, [tagged(B, { freeAddresses: 3 }), tagged(C, { freeAddresses: 0 })]);
    const choices = await all.node.subnets.choose({ unit: "prefix", count: 2 });
    expect(choices.map((choice) => [choice.subnet, choice.unused])).toEqual([
      [OWN, undefined],
      [B, undefined],
      [C, "tooFewAddresses"],
    ]);
  });

  test.each<{ policy: PoolPolicy; asked: number }>([
    { policy: "berth", asked: 0 },
    { policy: "stock", asked: 1 },
  ])(
    "policy $policy asks a subnet without free addresses $asked times",
    async ({ policy, asked }) => {
      const all = setting({ policy });
      all.world.free = [];
      expect(await perform(all.node, STEP)).toMatchObject({ reason: "subnetFull", subnetId: OWN });
      expect(all.world.calls.filter((call) => call === "createEni")).toHaveLength(asked);
    },
  );

  test("does not go from subnet to subnet when EC2 throttles", async () => {
    const all = setting({}, [tagged(B)]);
    all.world.refuse("createEni", "RequestLimitExceeded");
    expect(await perform(all.node, STEP)).toMatchObject({ reason: "throttled" });
    expect(all.world.calls.filter((call) => call === "createEni")).toHaveLength(1);
  });

  test("leaves out the subnets that the pool wants avoided", async () => {
    const all = setting({}, [tagged(B)]);
    const outcome = await perform(all.node, { ...STEP, avoidSubnets: [OWN] });
    expect(outcome).toMatchObject({ kind: "created", eni: { subnetId: B } });
  });
});

describe("when no subnet is left", () => {
  test("an event on the node says why each is not used, once", async () => {
    const all = setting({}, [tagged(B, { tags: {} })]);
    all.world.subnetTags = { [ROLE]: "0" };
    const news = newSubnetNews(all.node, () => ({
      policy: "berth",
      unit: "address",
      prefixFallback: "none",
    }));
    for (let time = 0; time < 3; time++) {
      const outcome = await perform(all.node, STEP);
      expect(outcome).toMatchObject({ kind: "failed", reason: "other", code: "NoUsableSubnet" });
      news(STEP, outcome);
    }
    const told = (all.node.cluster as TinyCluster).news("node");
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`${OWN}: its tag ${ROLE} is 0; ${B}: it has no tag ${ROLE}`);
  });
});

describe("what EC2 does not say", () => {
  test("a role that may not describe subnets makes ENIs in the node's own", async () => {
    const all = setting({}, [tagged(B)]);
    all.world.refuse("subnets", "UnauthorizedOperation");
    expect(await perform(all.node, STEP)).toMatchObject({
      kind: "created",
      eni: { subnetId: OWN },
    });
    expect(all.node.subnets.isClosed(OWN)).toBe(false);
  });

  test("what it said before counts while it does not answer", async () => {
    const all = setting({}, [tagged(B, { freeAddresses: 300 })]);
    await usable(all);
    await all.time.pass(60_000);
    all.world.refuse("subnets", "RequestLimitExceeded");
    expect(await usable(all)).toEqual([B, OWN]);
  });

  test("it is asked once for ENIs that are made one after the other", async () => {
    const all = setting();
    await usable(all);
    await all.time.pass(10_000);
    await usable(all);
    expect(all.world.calls).toEqual(["subnets"]);
    await all.time.pass(10_000);
    await usable(all);
    expect(all.world.calls).toEqual(["subnets", "subnets"]);
  });
});

describe("with ENABLE_SUBNET_DISCOVERY=false", () => {
  test("only the node's own subnet is used, and closes no ENI to pods", async () => {
    const all = setting({ discovery: "off" }, [tagged(B, { freeAddresses: 300 })]);
    expect(await usable(all)).toEqual([OWN]);
    all.world.subnetTags = { [ROLE]: "0" };
    await all.time.pass(60_000);
    expect(await usable(all)).toEqual([]);
    expect(all.node.subnets.isClosed(OWN)).toBe(false);
  });
});

describe("ENIs in a subnet that is closed to pods", () => {
  const config = readAgentConfig({});
  const given = { config, instance: INSTANCE, limits: LIMITS, leased: new Set<never>() };

  test("serve none from the start", async () => {
    const world = new TinyWorld();
    world.subnetTags = { [ROLE]: "0" };
    const { enis } = await discover(newNode(world), given);
    expect(enis.map(({ service }) => service)).toEqual(["excluded"]);
  });

  test("of another cluster, serve none of this one", async () => {
    const world = new TinyWorld();
    world.subnetTags = { [ROLE]: "1", "cni.networking.k8s.aws/cluster/theirs": "" };
    const named = { ...given, config: { ...config, clusterName: "ours" } };
    const { enis } = await discover(newNode(world), named);
    expect(enis.map(({ service }) => service)).toEqual(["excluded"]);
  });
});
