import { expect, test } from "vitest";
import { eniDescription, parseInstanceId, TAG_KEYS } from "../../facts/index.ts";
import type { EniId } from "../../facts/index.ts";
import { timeText } from "../../time/index.ts";
import { eniOf } from "../tiny-enis.ts";
import { INSTANCE, must } from "../tiny-instance.ts";
import { newNode } from "../tiny-node.ts";
import { TinyTime } from "../tiny-time.ts";
import { TinyWorld } from "../tiny-world.ts";
import { leakedEnis, sweepCluster } from "./leaked-enis.ts";

const MINUTE_MS = 60_000;
const NOW_MS = Date.UTC(2026, 0, 1);
const OTHER = must(parseInstanceId("i-0000beef"));

async function unattached(
  world: TinyWorld,
  { description = eniDescription(OTHER), age = 10, cluster = "ours", created = "" } = {},
): Promise<EniId> {
  const at = created === "" ? timeText(NOW_MS - age * MINUTE_MS) : created;
  const tags = {
    [TAG_KEYS.instanceId]: OTHER,
    ...(cluster === "" ? {} : { [TAG_KEYS.clusterName]: cluster }),
    ...(at === "none" ? {} : { [TAG_KEYS.createdAt]: at }),
  };
  return world.ec2.createEni({
    subnet: INSTANCE.subnet,
    securityGroups: [],
    description,
    tags,
    unit: "address",
    count: 0,
  });
}

// The selection of the VPC CNI v1.23, and where ours differs.
test.each([
  { what: "ten minutes old", given: {}, want: "remove" },
  {
    what: "of somebody else, by its description",
    given: { description: "non-k8s" },
    want: "leave",
  },
  { what: "just made", given: { age: 0 }, want: "leave" },
  { what: "four minutes and a half old", given: { age: 4.5 }, want: "leave" },
  { what: "five minutes old", given: { age: 5 }, want: "remove" },
  { what: "made in the future, by another clock", given: { age: -3 }, want: "leave" },
  { what: "that does not say when it was made", given: { created: "none" }, want: "date" },
  { what: "whose time can't be read", given: { created: "yesterday" }, want: "date" },
  { what: "of another cluster", given: { cluster: "theirs" }, want: "leave" },
  { what: "of no cluster", given: { cluster: "" }, want: "leave" },
])("an unattached ENI $what: $want", async ({ given, want }) => {
  const world = new TinyWorld();
  const id = await unattached(world, given);
  const found = leakedEnis([eniOf(world, id)], { nowMs: NOW_MS, clusterName: "ours" });
  const outcome = found.remove.length > 0 ? "remove" : found.date.length > 0 ? "date" : "leave";
  expect(outcome).toBe(want);
});

test("agents without a cluster name answer for ENIs without one", async () => {
  const world = new TinyWorld();
  const enis = [await unattached(world, { cluster: "" }), await unattached(world)];
  const all = enis.map((id) => eniOf(world, id));
  const { remove } = leakedEnis(all, { nowMs: NOW_MS, clusterName: undefined });
  expect(remove.map(({ id }) => id)).toEqual([enis[0]]);
});

test("a sweep removes what leaked, dates what has no date, and comes again", async () => {
  const world = new TinyWorld();
  const time = new TinyTime();
  await time.pass(NOW_MS);
  const leaked = await unattached(world);
  const undated = await unattached(world, { created: "none" });
  const young = await unattached(world, { age: 1 });
  const tagging = { instance: INSTANCE.instanceId, clusterName: "ours", additionalTags: {} };
  const node = newNode(world, { time, tagging });
  const term = new AbortController();
  const ended = sweepCluster(node, term.signal);
  await time.pass(1000);
  const left = (): EniId[] => world.enis.map(({ id }) => id);
  expect(left()).not.toContain(leaked);
  expect(left()).toEqual(expect.arrayContaining([undated, young]));
  expect(eniOf(world, undated).tags[TAG_KEYS.createdAt]).toBe("2026-01-01T00:00:00Z");
  world.refuse("unattachedEnis", "RequestLimitExceeded");
  world.refuse("deleteEni", "InternalError");
  await time.pass(16 * MINUTE_MS);
  expect(left()).toContain(undated);
  await time.pass(30 * MINUTE_MS);
  expect(left()).toEqual([INSTANCE.primaryEni]);
  term.abort();
  await ended;
});

test("an ENI that was attached since the list was read stays", async () => {
  const world = new TinyWorld();
  const id = await unattached(world);
  const { ec2 } = world;
  const time = new TinyTime();
  await time.pass(NOW_MS);
  const tagging = { instance: INSTANCE.instanceId, clusterName: "ours", additionalTags: {} };
  const late = {
    ...ec2,
    unattachedEnis: async (query: Parameters<typeof ec2.unattachedEnis>[0]) => {
      const listed = (await ec2.unattachedEnis(query)).map((eni) => ({ ...eni }));
      await ec2.attachEni({ eni: id, instance: INSTANCE.instanceId, deviceIndex: 1 });
      return listed;
    },
  };
  const term = new AbortController();
  const ended = sweepCluster(newNode(world, { ec2: late, time, tagging }), term.signal);
  await time.pass(1000);
  expect(world.calls).not.toContain("deleteEni");
  term.abort();
  await ended;
});
