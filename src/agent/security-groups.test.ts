import { expect, test } from "vitest";
import { parseSecurityGroupId } from "../facts/index.ts";
import type { SecurityGroupId } from "../facts/index.ts";
import type { Node } from "./node.ts";
import { followSecurityGroups } from "./security-groups.ts";
import { setUpEni } from "./eni-set-up.ts";
import { attachEni, eniOf } from "./tiny-enis.ts";
import { must } from "./tiny-instance.ts";
import { newNode } from "./tiny-node.ts";
import { TinyTime } from "./tiny-time.ts";
import { TinyWorld } from "./tiny-world.ts";

const A = must(parseSecurityGroupId("sg-0000000a"));
const B = must(parseSecurityGroupId("sg-0000000b"));

async function follow(
  world: TinyWorld,
  given: Partial<Node> = {},
): Promise<{ time: TinyTime; node: Node; stop: () => Promise<void> }> {
  const time = new TinyTime();
  const node = newNode(world, { time, ...given });
  for (const shown of await world.metadata.enis()) {
    if (node.ignored.has(shown.id)) continue;
    await setUpEni(node, shown, shown.deviceIndex === 0 ? "primary" : "secondary");
  }
  const stopping = new AbortController();
  const described = world.enis.map((eni) => ({ ...eni }));
  const ended = followSecurityGroups(node, described, stopping.signal);
  await time.pass(10);
  return {
    time,
    node,
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}

async function worldWithTwo(): Promise<{
  world: TinyWorld;
  groups: () => readonly SecurityGroupId[];
}> {
  const world = new TinyWorld();
  const eni = await attachEni(world);
  return { world, groups: () => eniOf(world, eni).securityGroups };
}

test("a change of the primary ENI's groups reaches the others within 30 s", async () => {
  const { world, groups } = await worldWithTwo();
  const { time, stop } = await follow(world);
  expect(groups()).toEqual(world.primaryGroups);
  world.primaryGroups = [B, A];
  await time.pass(30_000);
  expect(groups()).toEqual([A, B]);
  const calls = world.calls.length;
  await time.pass(300_000);
  expect(world.calls).toHaveLength(calls);
  await stop();
});

test("at a start only ENIs whose groups differ are changed", async () => {
  const { world } = await worldWithTwo();
  for (const eni of world.enis) eni.securityGroups = world.primaryGroups;
  const { stop } = await follow(world);
  expect(world.calls).not.toContain("setSecurityGroups");
  await stop();
});

test("what EC2 refuses is tried again", async () => {
  const { world, groups } = await worldWithTwo();
  world.refuse("setSecurityGroups", "RequestLimitExceeded");
  world.primaryGroups = [A];
  const { time, stop } = await follow(world);
  expect(groups()).not.toEqual([A]);
  world.refuse("instanceEnis", "RequestLimitExceeded");
  await time.pass(30_000);
  await time.pass(30_000);
  expect(groups()).toEqual([A]);
  await stop();
});

test("ENIs that are not ours keep theirs, and with custom networking all do", async () => {
  const other = await worldWithTwo();
  const ignored = new Set(other.world.enis.slice(1).map(({ id }) => id));
  const others = [await follow(other.world, { ignored })];
  const custom = await worldWithTwo();
  const customNetworking = { annotation: "a", label: "b" };
  others.push(await follow(custom.world, { customNetworking }));
  for (const { world, groups } of [other, custom]) {
    const before = groups();
    world.primaryGroups = [A];
    for (const { time } of others) await time.pass(60_000);
    expect(groups()).toBe(before);
    expect(world.calls).not.toContain("setSecurityGroups");
  }
  for (const { stop } of others) await stop();
});
