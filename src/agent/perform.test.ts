import { describe, expect, test } from "vitest";
import { BerthError } from "../base/index.ts";
import { parseEniId, parseInstanceId } from "../facts/index.ts";
import { cidrOf, parseCidr } from "../net/index.ts";
import type { CreateEni } from "../pool/index.ts";
import { readAgentConfig } from "./config.ts";
import { discover } from "./discover.ts";
import { toEc2Error } from "./ec2-error.ts";
import { forgetEni } from "./eni-removal.ts";
import { sweepLeftovers } from "./leftovers.ts";
import type { Node } from "./node.ts";
import { perform } from "./perform.ts";
import { INSTANCE, LIMITS, must } from "./tiny-instance.ts";
import { attachEni, eniOf } from "./tiny-enis.ts";
import { newNode } from "./tiny-node.ts";
import { TinyTime } from "./tiny-time.ts";
import { TinyWorld } from "./tiny-world.ts";

const CREATE: CreateEni = { kind: "createEni", unit: "address", count: 9, avoidSubnets: [] };
const NOBODY = must(parseEniId("eni-0000dead"));

describe("createEni", () => {
  test("takes the lowest free device index and comes back with its addresses, set up", async () => {
    const world = new TinyWorld();
    const outcome = await perform(newNode(world), CREATE);
    expect(outcome).toMatchObject({
      kind: "created",
      eni: { deviceIndex: 1, role: "secondary", service: "pods" },
    });
    expect(outcome.kind === "created" && outcome.eni.blocks).toHaveLength(9);
    expect([...world.links.values()][0]).toMatchObject({ deviceIndex: 1, role: "secondary" });
    expect(world.calls).toEqual(["createEni", "deviceIndexes", "attachEni", "deleteWithInstance"]);
  });

  test("never asks for more than an ENI takes, and not in a subnet that is to be avoided", async () => {
    const world = new TinyWorld();
    await perform(newNode(world), { ...CREATE, count: 40 });
    expect(world.attachedAddresses).toHaveLength(9);
    const avoided = await perform(newNode(world), { ...CREATE, avoidSubnets: [INSTANCE.subnet] });
    const subnetId = INSTANCE.subnet;
    const code = "InsufficientFreeAddressesInSubnet";
    expect(avoided).toEqual({ kind: "failed", reason: "subnetFull", code, subnetId });
    const prefixes = await perform(newNode(world), {
      ...CREATE,
      unit: "prefix",
      avoidSubnets: [subnetId],
    });
    expect(prefixes).toMatchObject({
      reason: "noFreeBlock",
      code: "InsufficientCidrBlocks",
      subnetId,
    });
    expect(world.calls.filter((call) => call === "createEni")).toHaveLength(1);
  });

  test("names the subnet that has no room, and leaves nothing", async () => {
    const world = new TinyWorld();
    world.free = [];
    expect(await perform(newNode(world), CREATE)).toEqual({
      kind: "failed",
      reason: "subnetFull",
      code: "InsufficientFreeAddressesInSubnet",
      subnetId: INSTANCE.subnet,
    });
    expect(world.enis).toHaveLength(1);
  });

  test.each(["deviceIndexes", "attachEni"] as const)(
    "deletes the ENI when %s fails",
    async (operation) => {
      const world = new TinyWorld();
      world.refuse(operation, "InternalError");
      expect(await perform(newNode(world), CREATE)).toMatchObject({
        kind: "failed",
        code: "InternalError",
      });
      expect(world.enis).toHaveLength(1);
    },
  );

  test("an attachment whose answer is lost holds nobody up for long, and is adopted", async () => {
    const world = new TinyWorld();
    const ec2 = {
      ...world.ec2,
      attachEni: async (wanted: Parameters<typeof world.ec2.attachEni>[0]) => {
        await world.ec2.attachEni(wanted);
        throw toEc2Error("AttachNetworkInterface", new Error("cut off"));
      },
    };
    const time = new TinyTime();
    const node = newNode(world, { ec2, time });
    const outcome = perform(node, CREATE);
    await time.pass(10_000);
    expect(await outcome).toMatchObject({ kind: "failed", reason: "other" });
    const eniId = must(world.enis[1]).id;
    expect(await perform(node, { kind: "adoptEni", eniId })).toMatchObject({ kind: "adopted" });
  });

  test("the first reason counts when the deletion fails too", async () => {
    const world = new TinyWorld();
    world.refuse("attachEni", "AttachmentLimitExceeded");
    world.refuse("deleteEni", "UnauthorizedOperation");
    expect(await perform(newNode(world), CREATE)).toMatchObject({ reason: "attachmentLimit" });
    await sweepLeftovers(newNode(world));
    expect(world.enis).toHaveLength(1);
  });

  test("a start does not wait for long for an ENI that EC2 will not delete", async () => {
    const world = new TinyWorld();
    world.refuse("attachEni", "AttachmentLimitExceeded");
    world.refuse("deleteEni", "UnauthorizedOperation");
    await perform(newNode(world), CREATE);
    for (let time = 0; time < 20; time++) world.refuse("deleteEni", "RequestLimitExceeded");
    const time = new TinyTime();
    const swept = sweepLeftovers(newNode(world, { time }));
    await time.pass(10_000);
    await swept;
    expect(world.enis).toHaveLength(2);
  });

  test("a hundred interfaces leave no device index", async () => {
    const world = new TinyWorld();
    const ec2 = {
      ...world.ec2,
      deviceIndexes: async () => new Set(Array.from({ length: 100 }, (_, index) => index)),
    };
    const outcome = await perform(newNode(world, { ec2 }), CREATE);
    expect(outcome).toMatchObject({ reason: "attachmentLimit", code: "NoFreeDeviceIndex" });
  });

  test("stops waiting for metadata when the agent stops; the ENI stays for the next start", async () => {
    const world = new TinyWorld();
    world.metadataLag = 1_000;
    const stop = new AbortController();
    const outcome = perform(newNode(world, { stopping: stop.signal }), CREATE);
    await new Promise((resolve) => setImmediate(resolve));
    stop.abort();
    expect(await outcome).toMatchObject({ kind: "failed", code: "AgentStopping" });
    expect(world.enis).toHaveLength(2);
  });
});

describe("blocks", () => {
  test("are assigned, and refused with the ENI's subnet", async () => {
    const world = new TinyWorld();
    const node = newNode(world);
    const step = {
      kind: "assignBlocks",
      eniId: INSTANCE.primaryEni,
      unit: "address",
      count: 3,
    } as const;
    const outcome = await perform(node, step);
    expect(outcome.kind === "assigned" && outcome.blocks.map(({ bits }) => bits)).toEqual([
      32, 32, 32,
    ]);
    await discover(node, {
      config: readAgentConfig({}),
      instance: INSTANCE,
      limits: LIMITS,
      leased: new Set(),
    }).then((found) => {
      for (const [id, eni] of found.node.enis) node.enis.set(id, eni);
    });
    world.free = [];
    expect(await perform(node, step)).toMatchObject({
      reason: "subnetFull",
      subnetId: INSTANCE.subnet,
    });
  });

  test("of both kinds are given back in two calls", async () => {
    const world = new TinyWorld();
    const node = newNode(world);
    const eniId = INSTANCE.primaryEni;
    const [address = INSTANCE.localIpv4] = (
      await world.ec2.assign({ eni: eniId, unit: "address", count: 1 })
    ).ipv4s;
    const blocks = [cidrOf(address, 32), must(parseCidr("10.0.1.64/28"))];
    expect(await perform(node, { kind: "unassignBlocks", eniId, blocks })).toEqual({
      kind: "unassigned",
    });
    expect(world.calls.filter((call) => call === "unassign")).toHaveLength(2);
    const gone = { kind: "unassignBlocks", eniId: NOBODY, blocks } as const;
    expect(await perform(node, gone)).toMatchObject({ kind: "failed", reason: "eniGone" });
  });
});

describe("freeEni", () => {
  test("detaches and deletes; an ENI that EC2 has forgotten is freed", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    expect(await perform(newNode(world), { kind: "freeEni", eniId })).toEqual({ kind: "freed" });
    expect(world.enis).toHaveLength(1);
    expect(await perform(newNode(world), { kind: "freeEni", eniId })).toEqual({ kind: "freed" });
  });

  test("fails when it may not detach, and is freed when only the deletion fails", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    world.refuse("detachEni", "UnauthorizedOperation");
    expect(await perform(newNode(world), { kind: "freeEni", eniId })).toMatchObject({
      reason: "unauthorized",
    });
    world.refuse("deleteEni", "UnauthorizedOperation");
    expect(await perform(newNode(world), { kind: "freeEni", eniId })).toEqual({ kind: "freed" });
    expect(world.enis).toHaveLength(2);
  });

  test("one that was moved to another instance meanwhile stays there", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    const eni = eniOf(world, eniId);
    const instance = must(parseInstanceId("i-0000beef"));
    if (eni.attachment !== undefined) eni.attachment = { ...eni.attachment, instance };
    expect(await perform(newNode(world), { kind: "freeEni", eniId })).toEqual({ kind: "freed" });
    expect(eni.attachment?.instance).toBe(instance);
    expect(world.enis).toHaveLength(2);
  });

  test("a detachment that fails is the pool's to repeat, which must not stand still meanwhile", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    world.refuse("detachEni", "InternalError");
    expect(await perform(newNode(world), { kind: "freeEni", eniId })).toMatchObject({
      kind: "failed",
      code: "InternalError",
    });
    expect(world.calls.filter((call) => call === "detachEni")).toHaveLength(1);
  });

  test("one that is detached already is deleted at once, and a racing detach is no failure", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    world.refuse("detachEni", "InvalidAttachmentID.NotFound");
    world.refuse("deleteEni", "InvalidNetworkInterfaceID.NotFound");
    expect(await perform(newNode(world), { kind: "freeEni", eniId })).toEqual({ kind: "freed" });
    eniOf(world, eniId).attachment = undefined;
    expect(await perform(newNode(world), { kind: "freeEni", eniId })).toEqual({ kind: "freed" });
    expect(world.enis).toHaveLength(1);
  });
});

describe("looking at the instance", () => {
  test("reconcile lists what metadata shows, known or not, but not what is ignored or on another card", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    const node = newNode(world);
    const listed = async (): Promise<unknown> => {
      const outcome = await perform(node, { kind: "reconcile" });
      return outcome.kind === "listed"
        ? outcome.enis.map(({ id, role }) => `${id} ${role}`)
        : outcome;
    };
    expect(await listed()).toEqual(["eni-00000001 primary", `${eniId} secondary`]);
    node.ignored.add(eniId).add(NOBODY);
    expect(await listed()).toEqual(["eni-00000001 primary"]);
    expect([...node.ignored]).toEqual([eniId]);
  });

  test("a metadata service that fails is a failure", async () => {
    const world = new TinyWorld();
    const failing = new BerthError("metadataUnreachable", "no", { fix: "wait" });
    const metadata = { ...world.metadata, enis: () => Promise.reject(failing) };
    const outcome = await perform(newNode(world, { metadata }), { kind: "reconcile" });
    expect(outcome).toMatchObject({ kind: "failed", reason: "other", code: "metadataUnreachable" });
  });

  test("describeEni is EC2's word; an ENI that hangs elsewhere is gone", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    const node = newNode(world);
    const outcome = await perform(node, { kind: "describeEni", eniId, effect: "mirror" });
    expect(outcome.kind === "described" && outcome.blocks).toHaveLength(2);
    eniOf(world, eniId).attachment = undefined;
    const gone = { kind: "failed", reason: "eniGone", code: "NotAttached" };
    expect(await perform(node, { kind: "describeEni", eniId, effect: "mirror" })).toMatchObject(
      gone,
    );
    expect(
      await perform(node, { kind: "describeEni", eniId: NOBODY, effect: "mirror" }),
    ).toMatchObject(gone);
    expect(await perform(node, { kind: "adoptEni", eniId: NOBODY })).toMatchObject(gone);
    world.refuse("eni", "RequestLimitExceeded");
    expect(await perform(node, { kind: "describeEni", eniId, effect: "mirror" })).toMatchObject({
      reason: "throttled",
    });
  });

  test("an ENI that is being detached is gone: nobody is to get an address of it", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    eniOf(world, eniId).status = "detaching";
    const node = newNode(world);
    const gone = { kind: "failed", reason: "eniGone" };
    expect(await perform(node, { kind: "describeEni", eniId, effect: "mirror" })).toMatchObject(
      gone,
    );
    expect(await perform(node, { kind: "adoptEni", eniId })).toMatchObject(gone);
  });

  test("adoptEni tags and sets up; the kernel state goes when the ENI does", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    const node = newNode(world);
    const outcome = await perform(node, { kind: "adoptEni", eniId });
    expect(outcome).toMatchObject({ kind: "adopted", eni: { deviceIndex: 1, service: "pods" } });
    expect(eniOf(world, eniId).tags).toEqual({
      "node.k8s.amazonaws.com/instance_id": "i-00000001",
    });
    expect(world.links.size).toBe(1);
    forgetEni(node, eniId);
    forgetEni(node, eniId);
    expect(world.links.size).toBe(0);
  });

  test.each([
    {
      name: "half attached",
      change: (world: TinyWorld) => (world.metadataLag = 1_000),
      code: "eniNotShown",
    },
    {
      name: "without tagging rights",
      change: (world: TinyWorld) => {
        world.refuse("tag", "UnauthorizedOperation");
      },
      code: "UnauthorizedOperation",
    },
  ])("adoptEni of one $name fails", async ({ change, code }) => {
    const world = new TinyWorld();
    change(world);
    const eniId = await attachEni(world);
    expect(await perform(newNode(world), { kind: "adoptEni", eniId })).toMatchObject({
      kind: "failed",
      code,
    });
  });

  test.each<{
    name: string;
    change: (eni: TinyWorld["enis"][number]) => void;
    node?: Partial<Node>;
  }>([
    {
      name: "tagged no_manage",
      change: (eni) => (eni.tags = { "node.k8s.amazonaws.com/no_manage": "true" }),
    },
    { name: "EFA-only", change: (eni) => (eni.interfaceType = "efa-only") },
    { name: "without IPv4", change: (eni) => (eni.primaryIpv4 = undefined) },
    {
      name: "untagged, if those are not managed",
      change: () => undefined,
      node: { manageUntaggedEnis: false },
    },
    {
      name: "on another network card",
      change: (eni) => (eni.attachment = { ...must(eni.attachment), networkCard: 1 }),
    },
  ])("an ENI $name is ignored", async ({ change, node: given = {} }) => {
    const world = new TinyWorld();
    const eniId = await attachEni(world);
    change(eniOf(world, eniId));
    const node = newNode(world, given);
    expect(await perform(node, { kind: "adoptEni", eniId })).toEqual({ kind: "ignored" });
    expect([...node.ignored]).toEqual([eniId]);
    expect(world.links.size).toBe(0);
  });

  test("an ENI tagged no_manage=false, and a trunk, are adopted in their roles", async () => {
    const world = new TinyWorld();
    const eniId = await attachEni(world, { "node.k8s.amazonaws.com/no_manage": "false" });
    eniOf(world, eniId).interfaceType = "trunk";
    const outcome = await perform(newNode(world), { kind: "adoptEni", eniId });
    expect(outcome).toMatchObject({ kind: "adopted", eni: { role: "trunk" } });
    expect(world.calls).not.toContain("tag");
  });
});

test("a sweep deletes only what an agent of this instance made, and survives EC2's refusal", async () => {
  const world = new TinyWorld();
  const tags = { "node.k8s.amazonaws.com/instance_id": "i-00000001" };
  const made = {
    subnet: INSTANCE.subnet,
    securityGroups: [],
    tags,
    unit: "address",
    count: 1,
  } as const;
  await world.ec2.createEni({ ...made, description: "somebody's" });
  await world.ec2.createEni({ ...made, description: "aws-K8S-i-00000001" });
  world.refuse("unattachedEnis", "RequestLimitExceeded");
  await sweepLeftovers(newNode(world));
  expect(world.enis).toHaveLength(3);
  await sweepLeftovers(newNode(world));
  expect(world.enis.map(({ description }) => description)).toEqual(["", "somebody's"]);
});
