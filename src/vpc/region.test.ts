import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SubnetId } from "../facts/index.ts";
import { cidrContains, cidrSize } from "../net/index.ts";
import type { Change } from "./change.ts";
import { type Eni, eniStatus } from "./eni.ts";
import type { Region } from "./region.ts";
import { DEFAULT_TIMING } from "./settings.ts";
import {
  attachNew,
  block,
  must,
  regionWithSubnet,
  settle,
  startInstance,
  testRegion,
} from "./test-region.ts";

describe("time", () => {
  test("only moves forward, and says when something is pending", () => {
    const region = testRegion();
    expect([region.nowMs, region.nextDeadlineMs]).toEqual([1_000_000, undefined]);
    region.advance(500);
    expect(region.nowMs).toBe(1_000_000);
    must(region.vpcs.create({ cidr: block("10.0.0.0/16") }));
    expect(region.nextDeadlineMs).toBe(1_000_000);
    region.advance(1_000_001);
    expect([region.nowMs, region.nextDeadlineMs]).toEqual([1_000_001, undefined]);
  });

  test("what is due is finished in the order of its times, whatever the order of the calls", () => {
    const { region, subnetId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: DEFAULT_TIMING }),
    );
    const follower = region.follow();
    for (let n = 0; n < 10; n++) startInstance(region, { subnetId });
    const times = follower.drain().map(({ atMs }) => atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  test("the same seed and operations give the same changes, another seed does not", () => {
    const story = (seed: number): readonly Change[] => {
      const { region, subnetId } = regionWithSubnet(
        "10.0.1.0/24",
        testRegion({ timing: DEFAULT_TIMING }, seed),
      );
      const follower = region.follow();
      const instanceId = startInstance(region, { subnetId, secondaryCount: 3 });
      attachNew(region, { subnetId, instanceId, deviceIndex: 1, prefixCount: 2 });
      return follower.drain();
    };
    expect(story(3)).toEqual(story(3));
    expect(story(3)).not.toEqual(story(4));
  });
});

describe("followers", () => {
  test("each sees every change once, and is woken for the first one after it has drained", () => {
    const region = testRegion();
    let woken = 0;
    const first = region.follow(() => woken++);
    const second = region.follow();
    must(region.vpcs.create({ cidr: block("10.0.0.0/16") }));
    must(region.vpcs.create({ cidr: block("10.1.0.0/16") }));
    expect([woken, first.drain().length, first.drain().length, second.drain().length]).toEqual([
      1, 2, 0, 2,
    ]);
    must(region.vpcs.create({ cidr: block("10.2.0.0/16") }));
    first.close();
    must(region.vpcs.create({ cidr: block("10.3.0.0/16") }));
    expect([woken, first.drain().length, second.drain().length]).toEqual([2, 0, 2]);
  });
});

const SUBNETS = ["10.0.1.0/26", "10.0.2.0/25"];
const TYPES = ["t3.medium", "m5.large", "m4.large"];

const command = fc.oneof(
  fc.record({ act: fc.constant("run" as const), at: fc.nat(7), n: fc.nat(5) }),
  fc.record({ act: fc.constant("terminate" as const), at: fc.nat(7), n: fc.nat(1) }),
  fc.record({ act: fc.constant("create" as const), at: fc.nat(7), n: fc.nat(12) }),
  fc.record({ act: fc.constant("createPrefixes" as const), at: fc.nat(7), n: fc.nat(3) }),
  fc.record({ act: fc.constant("attach" as const), at: fc.nat(40), n: fc.nat(4) }),
  fc.record({ act: fc.constant("detach" as const), at: fc.nat(40), n: fc.nat(1) }),
  fc.record({ act: fc.constant("delete" as const), at: fc.nat(40), n: fc.nat(1) }),
  fc.record({ act: fc.constant("assign" as const), at: fc.nat(40), n: fc.nat(12) }),
  fc.record({ act: fc.constant("assignPrefixes" as const), at: fc.nat(40), n: fc.nat(3) }),
  fc.record({ act: fc.constant("steal" as const), at: fc.nat(40), n: fc.nat(40) }),
  fc.record({ act: fc.constant("unassign" as const), at: fc.nat(40), n: fc.nat(12) }),
  fc.record({ act: fc.constant("reserve" as const), at: fc.nat(7), n: fc.nat(7) }),
  fc.record({ act: fc.constant("advance" as const), at: fc.nat(7), n: fc.nat(3000) }),
);

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

test("any sequence of operations: no address twice, no limit exceeded, every count right, and all comes back", () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), fc.nat(), (commands, seed) => {
      const world = newWorld(seed);
      for (const each of commands) {
        perform(world, each);
        checkCounts(world);
        checkLimits(world.region);
      }
      tearDown(world);
      const counts = world.subnetIds.map((id) => world.region.subnets.availableCount(id));
      expect(counts).toEqual([59, 123]);
    }),
    { numRuns: 150 },
  );
});

interface World {
  readonly region: Region;
  readonly subnetIds: readonly SubnetId[];
}

function newWorld(seed: number): World {
  const region = testRegion({ timing: DEFAULT_TIMING }, seed);
  const vpc = must(region.vpcs.create({ cidr: block("10.0.0.0/16") }));
  const subnetIds = SUBNETS.map((cidr) => {
    return must(region.subnets.create({ vpcId: vpc.id, cidr: block(cidr) })).id;
  });
  return { region, subnetIds };
}

function perform({ region, subnetIds }: World, { act, at, n }: Command): void {
  const subnetId = subnetIds[at % subnetIds.length];
  const instances = region.records.instances.list();
  const enis = region.records.enis.list();
  const eni = enis[at % Math.max(1, enis.length)];
  const instance = instances[n % Math.max(1, instances.length)];
  if (subnetId === undefined) return;
  if (act === "run") {
    const enis = [{ deviceIndex: 0, subnetId, secondaryCount: n }];
    region.instances.run({
      instanceType: TYPES[at % 3] ?? "",
      imageId: "ami-0",
      enis,
      maxCount: 1 + (at % 3),
    });
  } else if (act === "terminate") {
    if (instance !== undefined) region.instances.terminate([instance.id]);
  } else if (act === "create") {
    region.enis.create({ subnetId, secondaryCount: n });
  } else if (act === "createPrefixes") {
    region.enis.create({ subnetId, prefixCount: n });
  } else if (act === "reserve") {
    const { cidr } = must(region.records.subnets.find(subnetId));
    const part = { base: block(`10.0.${cidr.bits === 26 ? 1 : 2}.${n * 8}/29`).base, bits: 29 };
    const type = at % 2 === 0 ? "prefix" : "explicit";
    if (cidrContains(cidr, part.base)) region.reservations.create({ subnetId, cidr: part, type });
  } else if (act === "advance") {
    region.advance(region.nowMs + n);
  } else if (eni !== undefined) {
    performOn({ region, subnetIds }, { act, eni, n });
  }
}

function performOn(
  { region }: World,
  { act, eni, n }: { act: Command["act"]; eni: Eni; n: number },
): void {
  const instances = region.records.instances.list();
  const instance = instances[n % Math.max(1, instances.length)];
  if (act === "attach") {
    const instanceId = instance?.id;
    if (instanceId !== undefined)
      region.attachments.attach({ eniId: eni.id, instanceId, deviceIndex: n });
  } else if (act === "detach") {
    if (eni.attachment !== undefined) region.attachments.detach(eni.attachment.id);
  } else if (act === "delete") {
    region.enis.delete(eni.id);
  } else if (act === "assign") {
    region.addresses.assign({ eniId: eni.id, secondaryCount: n });
  } else if (act === "assignPrefixes") {
    region.addresses.assign({ eniId: eni.id, prefixCount: n });
  } else if (act === "steal") {
    const enis = region.records.enis.list();
    const secondaries = (enis[n % enis.length]?.addresses ?? []).slice(1, 3);
    region.addresses.assign({ eniId: eni.id, secondaries, reassignment: "allow" });
  } else {
    region.addresses.unassign(eni.id, {
      addresses: eni.addresses.slice(1, 1 + n),
      prefixes: eni.prefixes.slice(0, n % 3),
    });
  }
}

function checkCounts({ region, subnetIds }: World): void {
  for (const subnetId of subnetIds) {
    const { cidr, vpcId } = must(region.records.subnets.find(subnetId));
    const enis = region.records.enis.list().filter((eni) => eni.subnetId === subnetId);
    const held = new Map<number, string>();
    for (const { id, addresses, prefixes } of enis) {
      const inPrefixes = prefixes.flatMap(({ base }) =>
        Array.from({ length: 16 }, (_, n) => base + n),
      );
      for (const ip of [...addresses, ...inPrefixes]) {
        expect(held.has(ip)).toBe(false);
        held.set(ip, id);
      }
      for (const ip of addresses) expect(region.subnets.holderOf(vpcId, ip)).toBe(id);
    }
    const reserved = region.records.reservations.list().filter((one) => one.type === "prefix");
    let available = 0;
    for (let ip: number = cidr.base + 4; ip < cidr.base + cidrSize(cidr) - 1; ip++) {
      const inReservation = reserved.some((one) => ip >= one.cidr.base && ip < one.cidr.base + 8);
      if (!held.has(ip) && !inReservation) available++;
    }
    expect(region.subnets.availableCount(subnetId)).toBe(available);
  }
}

function checkLimits(region: Region): void {
  for (const { id, type, state } of region.records.instances.list()) {
    const enis = region.instances.enisOf(id);
    if (state === "terminated") expect(enis.length).toBe(0);
    expect(enis.length).toBeLessThanOrEqual(type.enis);
    expect(new Set(enis.map(({ attachment }) => attachment?.deviceIndex)).size).toBe(enis.length);
    for (const { addresses, prefixes } of enis) {
      expect(addresses.length + prefixes.length).toBeLessThanOrEqual(type.ipv4PerEni);
      if (type.hypervisor === "xen") expect(prefixes.length).toBe(0);
    }
  }
  const macs = region.records.enis.list().map(({ mac }) => mac);
  expect(new Set(macs).size).toBe(macs.length);
}

function tearDown({ region }: World): void {
  must(region.instances.terminate(region.records.instances.list().map(({ id }) => id)));
  settle(region);
  for (const eni of region.records.enis.list()) {
    expect(eniStatus(eni)).toBe("available");
    must(region.enis.delete(eni.id));
  }
  for (const { id } of region.records.reservations.list()) must(region.reservations.delete(id));
}
