import { describe, expect, test } from "vitest";
import { parseCidr } from "../net/index.ts";
import { Pool, poolSettings } from "../pool/index.ts";
import type { Time } from "../time/index.ts";
import { newInTurn } from "./in-turn.ts";
import { startLoop } from "./loop.ts";
import type { LoopParts } from "./loop.ts";
import { must } from "./tiny-instance.ts";
import { TinyTime } from "./tiny-time.ts";
import { newNode, SILENT } from "./tiny-node.ts";
import { TinyWorld } from "./tiny-world.ts";
import { watchVpc } from "./vpc-watch.ts";
import { newWake } from "./wake.ts";

const forever = new AbortController().signal;

describe("a sleeper", () => {
  test("wakes at its deadline, at a call, or at the signal, whichever is first", async () => {
    const time = new TinyTime();
    const wake = newWake(time);
    const stop = new AbortController();
    const woken: string[] = [];
    const sleepers = [
      wake.sleep(100, forever).then(() => woken.push("deadline")),
      wake.sleep(Infinity, stop.signal).then(() => woken.push("signal")),
    ];
    await time.pass(100);
    expect(woken).toEqual(["deadline"]);
    stop.abort();
    await Promise.all(sleepers);
    expect(woken).toEqual(["deadline", "signal"]);
    const called = wake.sleep(Infinity, forever);
    wake.call();
    await called;
    await wake.sleep(Infinity, stop.signal);
    expect(time.sleepers).toBe(0);
  });
});

describe("work in turn", () => {
  test("of one key waits for what came before, also when that failed; other keys do not", async () => {
    const inTurn = newInTurn();
    const order: string[] = [];
    const first: PromiseWithResolvers<void> = Promise.withResolvers();
    const failing = inTurn("a", async () => {
      await first.promise;
      order.push("a1");
      throw new Error("a1 failed");
    });
    const second = inTurn("a", async () => order.push("a2"));
    await inTurn("b", async () => order.push("b"));
    first.resolve();
    await expect(failing).rejects.toThrow("a1 failed");
    await second;
    expect(order).toEqual(["b", "a1", "a2"]);
  });
});

describe("the loop", () => {
  function parts(time: Time, given: Partial<LoopParts>): LoopParts {
    const pool = new Pool(poolSettings({ maxEnis: 1, slotsPerEni: 9, maxPods: 29 }));
    return {
      pool,
      time,
      log: SILENT,
      wake: newWake(time),
      begin: Promise.resolve(),
      perform: () => Promise.reject(new Error("nothing is to be done")),
      onOutcome: () => undefined,
      houseKeep: async () => Infinity,
      ...given,
    };
  }

  test("keeps house at the start and when it asked for it", async () => {
    const time = new TinyTime();
    const stop = new AbortController();
    const kept: number[] = [];
    const houseKeep = async (nowMs: number): Promise<number> => {
      kept.push(nowMs);
      return nowMs + 1_000;
    };
    const loop = startLoop(parts(time, { houseKeep }), stop.signal);
    await loop.settled;
    await time.pass(2_500);
    stop.abort();
    await loop.ended;
    expect(kept).toEqual([0, 1_000, 2_000]);
  });

  test("that breaks says so, and nobody waits for it in vain", async () => {
    const houseKeep = (): Promise<number> => Promise.reject(new Error("a bug"));
    const loop = startLoop(parts(new TinyTime(), { houseKeep }), forever);
    await expect(loop.ended).rejects.toThrow("a bug");
    await loop.settled;
  });
});

test("a block that the VPC gets at run time is taken in; a failing reading is tried again", async () => {
  const world = new TinyWorld();
  const time = new TinyTime();
  const stop = new AbortController();
  let failures = 1;
  const metadata = {
    ...world.metadata,
    vpcCidrs: () =>
      failures-- > 0 ? Promise.reject(new Error("no answer")) : world.metadata.vpcCidrs(),
  };
  const watching = watchVpc(newNode(world, { metadata, time }), world.vpcCidrs, stop.signal);
  await time.pass(60_000);
  expect(world.hostSetUps).toBe(0);
  world.vpcCidrs = [...world.vpcCidrs, must(parseCidr("100.64.0.0/16"))];
  await time.pass(60_000);
  expect(world.hostSetUps).toBe(1);
  stop.abort();
  await watching;
  await watchVpc(newNode(world), world.vpcCidrs, stop.signal);
});
