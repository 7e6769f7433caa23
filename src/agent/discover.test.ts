import { describe, expect, test } from "vitest";
import { BerthError } from "../base/index.ts";
import { formatIpv4 } from "../net/index.ts";
import type { Ipv4 } from "../net/index.ts";
import { scaledTime } from "../time/index.ts";
import { readAgentConfig } from "./config.ts";
import { discover } from "./discover.ts";
import { INSTANCE, LIMITS, must } from "./tiny-instance.ts";
import { newNode } from "./tiny-node.ts";
import { attachEni, eniOf } from "./tiny-enis.ts";
import { TinyWorld } from "./tiny-world.ts";

/** Waits as they come, but ten times as fast. */
const HURRIED = scaledTime({ speed: 10, startMs: 1_000_000 });
const NO_LINK = new BerthError("linkNotFound", "no link", { fix: "wait" });

describe("the start", () => {
  const start = (world: TinyWorld, leased: readonly Ipv4[] = []): ReturnType<typeof discover> =>
    discover(newNode(world, { time: HURRIED }), {
      config: readAgentConfig({}),
      instance: INSTANCE,
      limits: LIMITS,
      leased: new Set(leased),
    });

  test("counts ENIs that are not ours, and leaves half-attached ones to the first look", async () => {
    const world = new TinyWorld();
    const mine = await attachEni(world, { "node.k8s.amazonaws.com/no_manage": "true" });
    world.metadataLag = 1_000;
    await attachEni(world);
    const found = await start(world);
    expect(found.unmanagedEnis).toBe(1);
    expect([...found.node.ignored]).toEqual([mine]);
    expect(found.enis.map(({ id }) => id)).toEqual([INSTANCE.primaryEni]);
    expect(found.vpcCidrs).toEqual(world.vpcCidrs);
    expect(formatIpv4(must(found.enis[0]).primaryAddress)).toBe("10.0.1.10");
  });

  test("an ENI that the kernel refuses keeps its addresses from new pods", async () => {
    const world = new TinyWorld();
    await attachEni(world);
    world.linkError = new BerthError("kernel", "EPERM", { fix: "be root" });
    const found = await start(world);
    expect(found.enis[1]).toMatchObject({ service: "excluded", deviceIndex: 1 });
    expect(found.enis[1]?.blocks).toHaveLength(2);
  });

  test("an ENI that the last process was detaching serves nobody", async () => {
    const world = new TinyWorld();
    eniOf(world, await attachEni(world)).status = "detaching";
    const found = await start(world);
    expect(found.enis.map(({ id }) => id)).toEqual([INSTANCE.primaryEni]);
    expect(found.unmanagedEnis).toBe(0);
  });

  test("ends when EC2 is not that of this instance", async () => {
    const world = new TinyWorld();
    world.enis.length = 0;
    await expect(start(world)).rejects.toMatchObject({ code: "primaryEniMissing" });
  });

  test("EC2 that is throttled for a moment is asked again; one that says no is not", async () => {
    const world = new TinyWorld();
    world.refuse("instanceEnis", "RequestLimitExceeded");
    expect((await start(world)).enis).toHaveLength(1);
    world.refuse("instanceEnis", "UnauthorizedOperation");
    await expect(start(world)).rejects.toMatchObject({ reason: "unauthorized" });
    expect(world.calls.filter((call) => call === "instanceEnis")).toHaveLength(3);
  });

  test("a link that appears late is waited for", async () => {
    const world = new TinyWorld();
    await attachEni(world);
    world.linkError = NO_LINK;
    setTimeout(() => (world.linkError = undefined), 20);
    expect((await start(world)).enis[1]).toMatchObject({ service: "pods" });
  });

  describe("an ENI with pods that instance metadata does not show", () => {
    test("is waited for, and serves when it appears", async () => {
      const world = new TinyWorld();
      world.metadataLag = 4;
      const eni = eniOf(world, await attachEni(world));
      const found = await start(world, eni.secondaryIpv4s.slice(0, 1));
      expect(found.enis[1]).toMatchObject({ id: eni.id, service: "pods" });
      expect(world.links.size).toBe(1);
    });

    test("is held without new pods when it does not appear, so that nobody gets its addresses", async () => {
      const world = new TinyWorld();
      world.metadataLag = 1_000;
      const eni = eniOf(world, await attachEni(world));
      const found = await start(world, eni.secondaryIpv4s.slice(0, 1));
      expect(found.enis[1]).toMatchObject({ id: eni.id, service: "excluded", deviceIndex: 1 });
      expect(found.enis[1]?.blocks).toHaveLength(2);
    });

    test("is held while it is being detached, without waiting for metadata", async () => {
      const world = new TinyWorld();
      const eni = eniOf(world, await attachEni(world));
      eni.status = "detaching";
      const found = await start(world, eni.secondaryIpv4s);
      expect(found.enis[1]).toMatchObject({ id: eni.id, service: "excluded" });
    });
  });

  test.each([
    {
      name: "an agent was killed before it said so",
      description: "aws-K8S-i-00000001",
      want: true,
    },
    { name: "somebody else made it", description: "somebody's", want: false },
  ])("an ENI that would outlive the instance: $name", async ({ description, want }) => {
    const world = new TinyWorld();
    const eni = eniOf(world, await attachEni(world));
    eni.description = description;
    await start(world);
    expect(eni.attachment?.deleteOnTermination).toBe(want);
  });

  test("goes on when EC2 refuses to tie an ENI to the instance", async () => {
    const world = new TinyWorld();
    const eni = eniOf(world, await attachEni(world));
    eni.description = "aws-K8S-i-00000001";
    world.refuse("deleteWithInstance", "InternalError");
    expect((await start(world)).enis).toHaveLength(2);
    expect(eni.attachment?.deleteOnTermination).toBe(false);
  });
});
