import { describe, expect, test } from "vitest";
import { TAG_KEYS } from "../facts/index.ts";
import { perform } from "./perform.ts";
import { whyUnmanaged } from "./eni-tags.ts";
import { attachEni, eniOf } from "./tiny-enis.ts";
import { INSTANCE, must } from "./tiny-instance.ts";
import { newNode } from "./tiny-node.ts";
import { TinyWorld } from "./tiny-world.ts";

const SELF = { [TAG_KEYS.instanceId]: INSTANCE.instanceId };
const OTHER = { [TAG_KEYS.instanceId]: "i-0000beef" };
const noManage = (value: string): Record<string, string> => ({ [TAG_KEYS.noManage]: value });

// The table of the VPC CNI v1.23: which ENIs an agent leaves alone, with MANAGE_UNTAGGED_ENI true and false.
describe.each([
  {
    tags: noManage("true"),
    what: "no_manage=true",
    whenTrue: "left alone",
    whenFalse: "left alone",
  },
  { tags: noManage("false"), what: "no_manage=false", whenTrue: "managed", whenFalse: "managed" },
  { tags: noManage("True"), what: "no_manage=True", whenTrue: "managed", whenFalse: "managed" },
  {
    tags: { ...noManage("true"), ...SELF },
    what: "no_manage=true and this instance",
    whenTrue: "left alone",
    whenFalse: "left alone",
  },
  {
    tags: { ...noManage("false"), ...OTHER },
    what: "no_manage=false and another instance",
    whenTrue: "managed",
    whenFalse: "managed",
  },
  { tags: SELF, what: "this instance", whenTrue: "managed", whenFalse: "managed" },
  { tags: OTHER, what: "another instance", whenTrue: "managed", whenFalse: "left alone" },
  { tags: {}, what: "nothing", whenTrue: "managed", whenFalse: "left alone" },
])("an ENI tagged with $what", ({ tags, whenTrue, whenFalse }) => {
  test.each([
    { untagged: "managed", want: whenTrue },
    { untagged: "ignored", want: whenFalse },
  ] as const)("where untagged ENIs are $untagged: $want", async ({ untagged, want }) => {
    const world = new TinyWorld();
    const eni = eniOf(world, await attachEni(world, tags));
    const given = { instance: INSTANCE.instanceId, primary: INSTANCE.primaryEni, untagged };
    expect(whyUnmanaged(eni, given) === undefined ? "managed" : "left alone").toBe(want);
    const primary = { ...eni, id: INSTANCE.primaryEni };
    expect(whyUnmanaged(primary, given)).toBeUndefined();
  });
});

test("an ENI that is left alone takes room until it is detached", async () => {
  const world = new TinyWorld();
  const node = newNode(world);
  const eniId = await attachEni(world, noManage("true"));
  expect(await perform(node, { kind: "adoptEni", eniId })).toEqual({ kind: "ignored" });
  expect([...node.unmanaged]).toEqual([eniId]);
  await world.ec2.detachEni(must(eniOf(world, eniId).attachment?.id));
  await perform(node, { kind: "reconcile" });
  expect([...node.unmanaged]).toEqual([]);
});
