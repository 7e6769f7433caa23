import { expect, test } from "vitest";
import { parseSubnetId } from "../../facts/index.ts";
import type { EniPlace } from "../eni-place.ts";
import { INSTANCE, must, TINY_SUBNET } from "../tiny-instance.ts";
import { newNode } from "../tiny-node.ts";
import { TinyTime } from "../tiny-time.ts";
import { TinyWorld } from "../tiny-world.ts";
import { newPlaceCheck } from "./place-check.ts";
import type { PlaceCheck } from "./place-check.ts";

const MINUTE_MS = 60_000;
const THERE: EniPlace = { subnet: INSTANCE.subnet, securityGroups: "primary" };
const NOT_YET: EniPlace = {
  subnet: must(parseSubnetId("subnet-0000dead")),
  securityGroups: "primary",
};

interface Setting {
  readonly world: TinyWorld;
  readonly time: TinyTime;
  readonly check: PlaceCheck;
  readonly heard: (string | undefined)[];
}

/** A check that is asked again whenever it has news, as the pool's follower does. */
function setting(place: EniPlace): Setting {
  const world = new TinyWorld();
  const time = new TinyTime();
  const heard: (string | undefined)[] = [];
  const check = newPlaceCheck(newNode(world, { time }), () => {
    heard.push(check.faultOf(place)?.reason);
  });
  return { world, time, check, heard };
}

test("a place is unread until EC2 has answered, and asked about once", async () => {
  const { world, check, heard } = setting(THERE);
  expect(check.faultOf(THERE)).toMatchObject({ reason: "unread" });
  await check.checked();
  expect(check.faultOf(THERE)).toBeUndefined();
  expect(heard).toEqual([undefined]);
  expect(world.calls).toEqual(["subnets", "securityGroups"]);
});

test("a role that may not ask keeps nobody from making ENIs", async () => {
  const { world, check } = setting(NOT_YET);
  world.refuse("subnets", "UnauthorizedOperation");
  check.faultOf(NOT_YET);
  await check.checked();
  expect(check.faultOf(NOT_YET)).toBeUndefined();
});

test("what is wrong is looked at again ever more rarely, and is right as soon as EC2 says so", async () => {
  const { world, time, check } = setting(NOT_YET);
  const asked = (): number => world.calls.filter((call) => call === "subnets").length;
  check.faultOf(NOT_YET);
  await time.pass(31_000);
  expect(check.faultOf(NOT_YET)).toMatchObject({ reason: "invalid" });
  expect(asked()).toBe(2);
  await time.pass(60 * MINUTE_MS);
  expect(asked()).toBeLessThan(20);
  world.otherSubnets.push({ ...TINY_SUBNET, id: NOT_YET.subnet });
  await time.pass(5 * MINUTE_MS);
  expect(check.faultOf(NOT_YET)).toBeUndefined();
  const before = asked();
  await time.pass(60 * MINUTE_MS);
  expect(asked()).toBe(before);
});

test("another place is looked at at once, and the first no more", async () => {
  const { world, time, check } = setting(THERE);
  check.faultOf(NOT_YET);
  await check.checked();
  check.faultOf(THERE);
  await check.checked();
  expect(check.faultOf(THERE)).toBeUndefined();
  const before = world.calls.length;
  await time.pass(60 * MINUTE_MS);
  expect(world.calls).toHaveLength(before);
});

test("nothing is asked any more once it is stopped", async () => {
  const { world, time, check } = setting(NOT_YET);
  check.faultOf(NOT_YET);
  await check.checked();
  check.stop();
  const before = world.calls.length;
  await time.pass(60 * MINUTE_MS);
  expect(world.calls).toHaveLength(before);
});
