import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId } from "../facts/index.ts";
import type { Change } from "./change.ts";
import type { LaunchEni, RunInstances } from "./instance.ts";
import { DEFAULT_TIMING } from "./settings.ts";
import {
  address,
  attachNew,
  block,
  codeOf,
  must,
  regionWithSubnet,
  settle,
  startInstance,
  testRegion,
} from "./test-region.ts";

const unknown = newId("instance", newRandom(60));

describe("running", () => {
  test("has its primary ENI at once, is pending, then running", () => {
    const { region, subnetId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: DEFAULT_TIMING }),
    );
    settle(region);
    const follower = region.follow();
    const eni: LaunchEni = { deviceIndex: 0, subnetId, secondaryCount: 2 };
    const { id: reservationId, instances } = must(
      region.instances.run({
        ...{ instanceType: "m5.large", imageId: "ami-1", enis: [eni] },
        instanceTags: new Map([["Name", "node"]]),
        eniTags: new Map([["Name", "nic"]]),
        details: { keyName: "k" },
      }),
    );
    expect(instances.length).toBe(1);
    const [instance = fail()] = instances;
    expect(instance).toMatchObject({
      ...{ reservationId, launchIndex: 0, imageId: "ami-1", state: "pending", subnetId },
      ...{ launchedAtMs: region.nowMs, details: { keyName: "k" } },
    });
    expect(instance.type.type).toBe("m5.large");
    const [primary = fail()] = region.instances.enisOf(instance.id);
    expect(primary.attachment).toMatchObject({
      deviceIndex: 0,
      status: "attached",
      deleteOnTermination: true,
    });
    expect([
      region.tags.of(instance.id).get("Name"),
      region.tags.of(primary.id).get("Name"),
    ]).toEqual(["node", "nic"]);
    expect(region.subnets.availableCount(subnetId)).toBe(248);
    expect(kinds(follower.drain())).toEqual(["instanceLaunched", "eniCreated", "eniAttached"]);
    settle(region);
    expect(kinds(follower.drain())).toEqual(["instanceRunning"]);
    expect(region.records.instances.get(instance.id)?.state).toBe("running");
  });

  test("several ENIs, one of them made before", () => {
    const { region, subnetId } = regionWithSubnet();
    const eni = must(region.enis.create({ subnetId, primary: address("10.0.1.9") }));
    const follower = region.follow();
    const enis: readonly LaunchEni[] = [
      { deviceIndex: 1, subnetId },
      { deviceIndex: 0, eniId: eni.id },
      { deviceIndex: 2, subnetId, deleteOnTermination: false },
    ];
    const run = { instanceType: "m5.large", imageId: "ami-0", enis };
    const [{ id } = fail()] = must(region.instances.run(run)).instances;
    const attachments = region.instances
      .enisOf(id)
      .map(({ attachment }) => [attachment?.deviceIndex, attachment?.deleteOnTermination]);
    expect(attachments).toEqual([
      [0, false],
      [1, true],
      [2, false],
    ]);
    const seen = kinds(follower.drain()).filter((kind) => kind.startsWith("eni"));
    expect(seen).toEqual(["eniCreated", "eniAttached", "eniAttached", "eniCreated", "eniAttached"]);
  });

  test("as many as there is room for, and none below the least number", () => {
    const { region, subnetId } = regionWithSubnet("10.0.1.0/28");
    const run = (minCount: number, maxCount: number): ReturnType<typeof region.instances.run> =>
      region.instances.run({
        ...{ instanceType: "m5.large", imageId: "ami-0", minCount, maxCount },
        enis: [
          { deviceIndex: 0, subnetId, secondaryCount: 2 },
          { deviceIndex: 1, subnetId },
        ],
      });
    // Eleven addresses, four for each.
    expect(codeOf(run(3, 3))).toBe("InsufficientFreeAddressesInSubnet");
    expect([region.records.instances.size, region.records.enis.size]).toEqual([0, 0]);
    expect(region.subnets.availableCount(subnetId)).toBe(11);
    const { instances } = must(run(1, 5));
    expect(instances.map(({ launchIndex }) => launchIndex)).toEqual([0, 1]);
    expect(region.subnets.availableCount(subnetId)).toBe(3);
  });

  test.each<{ name: string; ask: (given: Given) => Partial<RunInstances>; want: string }>([
    {
      name: "an unknown type",
      ask: () => ({ instanceType: "m5.huge" }),
      want: "InvalidParameterValue",
    },
    { name: "less than one", ask: () => ({ minCount: 0 }), want: "InvalidParameterValue" },
    {
      name: "more at least than at most",
      ask: () => ({ minCount: 2, maxCount: 1 }),
      want: "InvalidParameterValue",
    },
    { name: "no ENI", ask: () => ({ enis: [] }), want: "InvalidParameterCombination" },
    {
      name: "no primary ENI",
      ask: ({ subnetId }) => ({ enis: [{ deviceIndex: 0, networkCardIndex: 1, subnetId }] }),
      want: "InvalidParameterCombination",
    },
    {
      name: "several with one address",
      ask: ({ subnetId }) => ({
        maxCount: 2,
        enis: [{ deviceIndex: 0, subnetId, primary: address("10.0.1.9") }],
      }),
      want: "InvalidParameterCombination",
    },
    {
      name: "several with the same secondaries",
      ask: ({ subnetId }) => ({
        maxCount: 2,
        enis: [{ deviceIndex: 0, subnetId, secondaries: [address("10.0.1.9")] }],
      }),
      want: "InvalidParameterCombination",
    },
    {
      name: "several with one ENI",
      ask: ({ eniId }) => ({ maxCount: 2, enis: [{ deviceIndex: 0, eniId }] }),
      want: "InvalidParameterCombination",
    },
    {
      name: "one with an address",
      ask: ({ subnetId }) => ({
        enis: [{ deviceIndex: 0, subnetId, primary: address("10.0.1.9") }],
      }),
      want: "ok",
    },
    {
      name: "an unknown ENI",
      ask: () => ({ enis: [{ deviceIndex: 0, eniId: newId("eni", newRandom(778)) }] }),
      want: "InvalidNetworkInterfaceID.NotFound",
    },
    {
      name: "an unknown subnet",
      ask: () => ({ enis: [{ deviceIndex: 0, subnetId: newId("subnet", newRandom(778)) }] }),
      want: "InvalidSubnetID.NotFound",
    },
    {
      name: "an ENI in use as the second",
      ask: ({ subnetId, usedEniId }) => ({
        enis: [
          { deviceIndex: 0, subnetId },
          { deviceIndex: 1, eniId: usedEniId },
        ],
      }),
      want: "InvalidNetworkInterface.InUse",
    },
    {
      name: "the same index twice",
      ask: ({ subnetId, eniId }) => ({
        enis: [
          { deviceIndex: 0, eniId },
          { deviceIndex: 0, subnetId },
        ],
      }),
      want: "InvalidParameterValue",
    },
    {
      name: "more ENIs than the type has",
      ask: ({ subnetId }) => ({
        enis: [0, 1, 2, 3].map((deviceIndex) => ({ deviceIndex, subnetId })),
      }),
      want: "AttachmentLimitExceeded",
    },
    {
      name: "more addresses than the type has",
      ask: ({ subnetId }) => ({ enis: [{ deviceIndex: 0, subnetId, secondaryCount: 10 }] }),
      want: "PrivateIpAddressLimitExceeded",
    },
    {
      name: "a reserved tag",
      ask: () => ({ instanceTags: new Map([["aws:x", ""]]) }),
      want: "InvalidParameterValue",
    },
    {
      name: "a reserved tag of the ENI",
      ask: () => ({ eniTags: new Map([["aws:x", ""]]) }),
      want: "InvalidParameterValue",
    },
  ])("all or nothing: $name: $want", ({ ask, want }) => {
    const { region, subnetId } = regionWithSubnet();
    const { id: eniId } = must(region.enis.create({ subnetId }));
    const [used = fail()] = region.instances.enisOf(startInstance(region, { subnetId }));
    const before = region.subnets.availableCount(subnetId);
    const outcome = region.instances.run({
      ...{ instanceType: "m5.large", imageId: "ami-0", enis: [{ deviceIndex: 0, subnetId }] },
      ...ask({ subnetId, eniId, usedEniId: used.id }),
    });
    expect(codeOf(outcome)).toBe(want);
    if (outcome.ok) return;
    expect(region.subnets.availableCount(subnetId)).toBe(before);
    expect([region.records.instances.size, region.records.enis.size]).toEqual([1, 2]);
    expect(region.records.enis.get(eniId)?.attachment).toBeUndefined();
  });
});

interface Given {
  readonly subnetId: Parameters<typeof startInstance>[1]["subnetId"];
  readonly eniId: ReturnType<typeof newId<"eni">>;
  readonly usedEniId: ReturnType<typeof newId<"eni">>;
}

describe("terminating", () => {
  test("deletes the ENIs that go with it; the others become available", () => {
    const { region, subnetId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: DEFAULT_TIMING }),
    );
    const instanceId = startInstance(region, { subnetId });
    const kept = attachNew(region, { subnetId, instanceId, deviceIndex: 1, secondaryCount: 4 });
    const gone = attachNew(region, { subnetId, instanceId, deviceIndex: 2 });
    const attachmentId = gone.attachment?.id ?? fail();
    must(
      region.enis.modify(gone.id, { attachment: { id: attachmentId, deleteOnTermination: true } }),
    );
    const follower = region.follow();
    const terminate = () => must(region.instances.terminate([instanceId]));
    expect(terminate()).toEqual([{ instanceId, previous: "running", current: "shutting-down" }]);
    expect(terminate()).toEqual([
      { instanceId, previous: "shutting-down", current: "shutting-down" },
    ]);
    expect(region.instances.enisOf(instanceId).length).toBe(3);
    settle(region);
    expect(terminate()).toEqual([{ instanceId, previous: "terminated", current: "terminated" }]);
    expect(region.records.enis.list().map(({ id }) => id)).toEqual([kept.id]);
    expect(region.records.enis.get(kept.id)?.attachment).toBeUndefined();
    expect(region.instances.enisOf(instanceId)).toEqual([]);
    expect(region.subnets.availableCount(subnetId)).toBe(246);
    expect(kinds(follower.drain())).toEqual([
      ...["instanceShuttingDown", "eniDetached", "eniDeleted", "eniDetached", "eniDetached"],
      ...["eniDeleted", "instanceTerminated"],
    ]);
  });

  test("while an ENI is being detached, or the instance is still pending", () => {
    const { region, subnetId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: { ...DEFAULT_TIMING, terminate: { minMs: 0, maxMs: 0 } } }),
    );
    const instanceId = startInstance(region, { subnetId });
    const eni = attachNew(region, { subnetId, instanceId, deviceIndex: 1 });
    must(region.attachments.detach(eni.attachment?.id ?? fail()));
    must(region.instances.terminate([instanceId]));
    const run = {
      instanceType: "m5.large",
      imageId: "ami-0",
      enis: [{ deviceIndex: 0, subnetId }],
    };
    const [young = fail()] = must(region.instances.run(run)).instances;
    must(region.instances.terminate([young.id]));
    settle(region);
    expect(region.records.enis.list().map(({ id, attachment }) => [id, attachment])).toEqual([
      [eni.id, undefined],
    ]);
    expect(region.records.instances.list().map(({ state }) => state)).toEqual([
      "terminated",
      "terminated",
    ]);
  });

  test("terminated instances stay visible for an hour", () => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId });
    must(region.tags.create([instanceId], new Map([["a", "b"]])));
    must(region.instances.terminate([instanceId]));
    settle(region);
    region.advance(region.nowMs + 3_500_000);
    expect(region.records.instances.get(instanceId)?.state).toBe("terminated");
    region.advance(region.nowMs + 200_000);
    expect(region.records.instances.get(instanceId)).toBeUndefined();
    expect(region.tags.list()).toEqual([]);
  });

  test("of several with one unknown: none", () => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId });
    expect(codeOf(region.instances.terminate([instanceId, unknown]))).toBe(
      "InvalidInstanceID.NotFound",
    );
    expect(region.records.instances.get(instanceId)?.state).toBe("running");
  });
});

test("R-IP-3: eight m5.large with all their 30 addresses leave 11 of a /24, too few for a ninth", () => {
  const { region, subnetId } = regionWithSubnet();
  const counts = [region.subnets.availableCount(subnetId)];
  for (let node = 0; node < 8; node++) {
    const instanceId = startInstance(region, { subnetId, secondaryCount: 9 });
    attachNew(region, { subnetId, instanceId, deviceIndex: 1, secondaryCount: 9 });
    attachNew(region, { subnetId, instanceId, deviceIndex: 2, secondaryCount: 9 });
    counts.push(region.subnets.availableCount(subnetId));
  }
  expect(counts).toEqual([251, 221, 191, 161, 131, 101, 71, 41, 11]);
  const ninth = startInstance(region, { subnetId, secondaryCount: 9 });
  expect(region.subnets.availableCount(subnetId)).toBe(1);
  expect(codeOf(region.enis.create({ subnetId, secondaryCount: 9 }))).toBe(
    "InsufficientFreeAddressesInSubnet",
  );
  must(region.instances.terminate([ninth]));
  settle(region);
  expect(region.subnets.availableCount(subnetId)).toBe(11);
});

test("R-IP-3: several subnets are counted apart", () => {
  const { region, vpcId, subnetId } = regionWithSubnet();
  const other = must(region.subnets.create({ vpcId, cidr: block("10.0.2.0/24") }));
  startInstance(region, { subnetId, secondaryCount: 9 });
  expect(region.subnets.availableCount(other.id)).toBe(251);
});

function kinds(changes: readonly Change[]): readonly string[] {
  return changes.map(({ kind }) => kind);
}

function fail(): never {
  throw new Error("the test is wrong");
}
