import { describe, expect, test } from "vitest";
import { newRandom } from "../base/index.ts";
import { newId, parseEniId } from "../facts/index.ts";
import { eniStatus } from "./eni.ts";
import type { Region } from "./region.ts";
import { DEFAULT_TIMING } from "./settings.ts";
import {
  attachNew,
  block,
  codeOf,
  messageOf,
  must,
  regionWithSubnet,
  settle,
  startInstance,
  testRegion,
} from "./test-region.ts";

const unknownInstance = newId("instance", newRandom(70));
const unknownEni = newId("eni", newRandom(71));

describe("over time", () => {
  test("attaching takes 1 to 2 s: in use and in its slot at once, attached later", () => {
    const { region, subnetId, instanceId } = slowRegion();
    const { id } = must(region.enis.create({ subnetId }));
    const follower = region.follow();
    const attachment = must(region.attachments.attach({ eniId: id, instanceId, deviceIndex: 1 }));
    expect(attachment).toMatchObject({
      ...{ instanceId, deviceIndex: 1, networkCardIndex: 0, status: "attaching" },
      ...{ deleteOnTermination: false, attachedAtMs: region.nowMs },
    });
    expect(statusOf(region, id)).toEqual(["in-use", "attaching"]);
    expect(region.instances.enisOf(instanceId).map((eni) => eni.id)).toContain(id);
    const startMs = region.nowMs;
    region.advance(startMs + 999);
    expect(statusOf(region, id)).toEqual(["in-use", "attaching"]);
    const dueMs = region.nextDeadlineMs ?? 0;
    expect(dueMs - startMs).toBeGreaterThanOrEqual(1000);
    expect(dueMs - startMs).toBeLessThanOrEqual(2000);
    region.advance(dueMs + 5000);
    expect(statusOf(region, id)).toEqual(["in-use", "attached"]);
    const changes = follower.drain().map(({ kind, atMs }) => [kind, atMs]);
    // It is told at its own time, though time has moved on further.
    expect(changes).toEqual([
      ["eniAttaching", startMs],
      ["eniAttached", dueMs],
    ]);
  });

  test("detaching takes 2 to 4 s, during which deleting is refused", () => {
    const { region, subnetId, instanceId } = slowRegion();
    const eni = attachNew(region, { subnetId, instanceId, deviceIndex: 1, prefixCount: 1 });
    const id = eni.attachment?.id ?? fail();
    must(region.attachments.detach(id));
    expect(statusOf(region, eni.id)).toEqual(["in-use", "detaching"]);
    region.advance(region.nowMs + 1999);
    const refused = region.enis.delete(eni.id);
    expect(codeOf(refused)).toBe("InvalidParameterValue");
    expect(messageOf(refused)).toBe(`Network interface '${eni.id}' is currently in use.`);
    // A second call succeeds and doesn't make it longer.
    expect(codeOf(region.attachments.detach(id))).toBe("ok");
    region.advance(region.nowMs + 2001);
    expect(statusOf(region, eni.id)).toEqual(["available", undefined]);
    expect(region.records.enis.get(eni.id)?.prefixes).toEqual(eni.prefixes);
    expect(codeOf(region.attachments.detach(id))).toBe("InvalidAttachmentID.NotFound");
    settle(region);
    expect(codeOf(region.enis.delete(eni.id))).toBe("ok");
  });

  test("an attachment that is taken back before it is complete never becomes attached", () => {
    const { region, subnetId, instanceId } = slowRegion();
    const { id } = must(region.enis.create({ subnetId }));
    const follower = region.follow();
    const attachment = must(region.attachments.attach({ eniId: id, instanceId, deviceIndex: 1 }));
    must(region.attachments.detach(attachment.id));
    settle(region);
    expect(statusOf(region, id)).toEqual(["available", undefined]);
    const kinds = follower.drain().map(({ kind }) => kind);
    expect(kinds).toEqual(["eniAttaching", "eniDetaching", "eniDetached"]);
  });

  test("an ENI keeps its addresses and its MAC when it moves to another instance", () => {
    const { region, subnetId } = regionWithSubnet();
    const first = startInstance(region, { subnetId });
    const second = startInstance(region, { subnetId });
    const eni = attachNew(region, {
      subnetId,
      instanceId: first,
      deviceIndex: 1,
      secondaryCount: 3,
    });
    must(region.attachments.detach(eni.attachment?.id ?? fail()));
    settle(region);
    must(region.attachments.attach({ eniId: eni.id, instanceId: second, deviceIndex: 2 }));
    settle(region);
    const { addresses, mac } = eni;
    expect(region.records.enis.get(eni.id)).toMatchObject({ addresses, mac });
    expect(region.instances.enisOf(first).length).toBe(1);
    expect(region.instances.enisOf(second).map((one) => one.attachment?.deviceIndex)).toEqual([
      0, 2,
    ]);
  });
});

describe("refusals of attaching", () => {
  test("unknown ENI and unknown instance, in this order", () => {
    const { region, subnetId } = regionWithSubnet();
    const { id } = must(region.enis.create({ subnetId }));
    const attach = (eniId: typeof id): string =>
      codeOf(region.attachments.attach({ eniId, instanceId: unknownInstance, deviceIndex: 1 }));
    expect(attach(unknownEni)).toBe("InvalidNetworkInterfaceID.NotFound");
    expect(attach(id)).toBe("InvalidInstanceID.NotFound");
  });

  test("an instance that doesn't run yet, or no longer", () => {
    const { region, subnetId } = regionWithSubnet(
      "10.0.1.0/24",
      testRegion({ timing: DEFAULT_TIMING }),
    );
    const enis = [{ deviceIndex: 0, subnetId }];
    const run = { instanceType: "m5.large", imageId: "ami-0", enis };
    const [instance = fail()] = must(region.instances.run(run)).instances;
    const { id } = must(region.enis.create({ subnetId }));
    const attach = (): string =>
      codeOf(region.attachments.attach({ eniId: id, instanceId: instance.id, deviceIndex: 1 }));
    expect(attach()).toBe("IncorrectInstanceState");
    settle(region);
    must(region.instances.terminate([instance.id]));
    expect(attach()).toBe("IncorrectInstanceState");
  });

  test("in use, in any state of its attachment", () => {
    const { region, subnetId, instanceId } = slowRegion();
    const { id } = must(region.enis.create({ subnetId }));
    const attach = (deviceIndex: number): ReturnType<typeof region.attachments.attach> =>
      region.attachments.attach({ eniId: id, instanceId, deviceIndex });
    const attachment = must(attach(1));
    expect(codeOf(attach(2))).toBe("InvalidNetworkInterface.InUse");
    expect(messageOf(attach(2))).toBe(`Interface: [${id}] in use.`);
    settle(region);
    expect(codeOf(attach(2))).toBe("InvalidNetworkInterface.InUse");
    must(region.attachments.detach(attachment.id));
    expect(codeOf(attach(2))).toBe("InvalidNetworkInterface.InUse");
  });

  test("another zone", () => {
    const { region, vpcId, subnetId } = regionWithSubnet();
    const cidr = block("10.0.2.0/24");
    const other = must(region.subnets.create({ vpcId, cidr, zone: "us-west-2b" }));
    const instanceId = startInstance(region, { subnetId });
    const { id } = must(region.enis.create({ subnetId: other.id }));
    const outcome = region.attachments.attach({ eniId: id, instanceId, deviceIndex: 1 });
    expect(codeOf(outcome)).toBe("InvalidParameterCombination");
  });

  test.each([
    { name: "a card that isn't there", slot: { deviceIndex: 1, networkCardIndex: 1 } },
    { name: "a negative index", slot: { deviceIndex: -1 } },
    { name: "half an index", slot: { deviceIndex: 0.5 } },
    { name: "an index that is taken", slot: { deviceIndex: 0 } },
  ])("$name", ({ slot }) => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId });
    const { id } = must(region.enis.create({ subnetId }));
    const outcome = region.attachments.attach({ eniId: id, instanceId, ...slot });
    expect(codeOf(outcome)).toBe("InvalidParameterValue");
  });

  test.each([
    { instanceType: "t2.micro", enis: 2 },
    { instanceType: "t3.small", enis: 3 },
    { instanceType: "m4.large", enis: 2 },
    { instanceType: "m5.large", enis: 3 },
    { instanceType: "m5.xlarge", enis: 4 },
    { instanceType: "m5.4xlarge", enis: 8 },
  ])("R-IP-2: $instanceType has $enis ENIs and no more", ({ instanceType, enis }) => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId, instanceType });
    for (let deviceIndex = 1; deviceIndex < enis; deviceIndex++) {
      attachNew(region, { subnetId, instanceId, deviceIndex });
    }
    const { id } = must(region.enis.create({ subnetId }));
    const outcome = region.attachments.attach({ eniId: id, instanceId, deviceIndex: 14 });
    expect(codeOf(outcome)).toBe("AttachmentLimitExceeded");
    expect(messageOf(outcome)).toBe(
      `Interface count ${enis + 1} exceeds the limit for ${instanceType}`,
    );
    expect(statusOf(region, id)).toEqual(["available", undefined]);
  });

  test("cards count apart, and device indexes too", () => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId, instanceType: "c6in.32xlarge" });
    for (let deviceIndex = 1; deviceIndex < 8; deviceIndex++) {
      attachNew(region, { subnetId, instanceId, deviceIndex });
    }
    const attach = (networkCardIndex: number): string => {
      const eniId = must(region.enis.create({ subnetId })).id;
      const request = { eniId, instanceId, deviceIndex: 9, networkCardIndex };
      return codeOf(region.attachments.attach(request));
    };
    expect([attach(0), attach(1), attach(2)]).toEqual([
      "AttachmentLimitExceeded",
      "ok",
      "InvalidParameterValue",
    ]);
    const places = region.instances
      .enisOf(instanceId)
      .map(({ attachment }) => attachment?.networkCardIndex);
    expect(places).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  test.each([
    {
      name: "more addresses than the type has",
      instanceType: "t3.nano",
      eni: { secondaryCount: 2 },
      want: "PrivateIpAddressLimitExceeded",
    },
    {
      name: "prefixes without Nitro",
      instanceType: "m4.large",
      eni: { prefixCount: 1 },
      want: "InvalidParameterCombination",
    },
    {
      name: "a trunk on a type without",
      instanceType: "t3.large",
      eni: { interfaceType: "trunk" as const },
      want: "InvalidParameterValue",
    },
    {
      name: "a trunk on a type with",
      instanceType: "m5.large",
      eni: { interfaceType: "trunk" as const },
      want: "ok",
    },
    { name: "prefixes with Nitro", instanceType: "m5.large", eni: { prefixCount: 2 }, want: "ok" },
  ])("$name: $want", ({ instanceType, eni, want }) => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId, instanceType });
    const { id } = must(region.enis.create({ subnetId, ...eni }));
    expect(codeOf(region.attachments.attach({ eniId: id, instanceId, deviceIndex: 1 }))).toBe(want);
  });

  test("a second trunk", () => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId });
    attachNew(region, { subnetId, instanceId, deviceIndex: 2, interfaceType: "trunk" });
    const { id } = must(region.enis.create({ subnetId, interfaceType: "trunk" }));
    const outcome = region.attachments.attach({ eniId: id, instanceId, deviceIndex: 1 });
    expect(codeOf(outcome)).toBe("InvalidParameterValue");
  });

  test("the ENI of a NAT gateway", () => {
    const { region, subnetId } = regionWithSubnet();
    const instanceId = startInstance(region, { subnetId });
    const { eniId } = must(region.natGateways.create({ subnetId, connectivity: "private" }));
    const outcome = region.attachments.attach({ eniId, instanceId, deviceIndex: 1 });
    expect(codeOf(outcome)).toBe("InvalidNetworkInterface.InUse");
  });
});

describe("refusals of detaching", () => {
  test("the primary ENI", () => {
    const { region, subnetId } = regionWithSubnet();
    const [primary] = region.instances.enisOf(startInstance(region, { subnetId }));
    const outcome = region.attachments.detach(primary?.attachment?.id ?? fail());
    expect(codeOf(outcome)).toBe("OperationNotPermitted");
    expect(messageOf(outcome)).toBe(
      "The network interface at device index 0 and networkCard index 0 cannot be detached.",
    );
  });

  test("an unknown attachment", () => {
    const outcome = testRegion().attachments.detach(newId("attachment", newRandom(775)));
    expect(codeOf(outcome)).toBe("InvalidAttachmentID.NotFound");
  });
});

function slowRegion() {
  const { region, subnetId } = regionWithSubnet(
    "10.0.1.0/24",
    testRegion({ timing: DEFAULT_TIMING }),
  );
  const instanceId = startInstance(region, { subnetId });
  return { region, subnetId, instanceId };
}

function statusOf(region: Region, id: string): readonly (string | undefined)[] {
  const eni = must(region.records.enis.find(parseEniId(id) ?? fail()));
  return [eniStatus(eni), eni.attachment?.status];
}

function fail(): never {
  throw new Error("the test is wrong");
}
