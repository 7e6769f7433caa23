import { expect, test } from "vitest";
import { Pool } from "./pool.ts";
import { attachedEni, cidr } from "./scenario.ts";
import { type PoolPolicy, poolSettings } from "./settings.ts";
import type { Outcome, WorkStep } from "./step.ts";
import { failure } from "./tiny-failure.ts";

const LIMITS = { maxEnis: 3, slotsPerEni: 9, maxPods: 110 };
const MINUTE_MS = 60_000;

/** The first step of this kind that the pool hands out; all others fail. */
function firstOf(pool: Pool, kind: WorkStep["kind"], outcomes: readonly Outcome[]): WorkStep {
  const given = [...outcomes];
  for (let nowMs = 0; ;) {
    const step = pool.next(nowMs);
    if (step.kind === kind) return step;
    if (step.kind === "wait") nowMs = step.untilMs;
    else pool.outcome(step, given.shift() ?? failure("other"), nowMs);
  }
}

const two = [attachedEni(1, 9), attachedEni(2, 0)];

test.each<{ name: string; policy: PoolPolicy; kind: WorkStep["kind"]; outcome: Outcome }>([
  ...(["stock", "berth"] as const).flatMap((policy) => [
    {
      name: "assigned",
      policy,
      kind: "assignBlocks" as const,
      outcome: { kind: "assigned" as const, blocks: [cidr("10.0.2.99/32")] },
    },
    { name: "failed", policy, kind: "assignBlocks" as const, outcome: failure("subnetFull") },
  ]),
])(
  "an ENI may vanish while blocks are added to it: $policy, $name",
  ({ policy, kind, outcome }) => {
    const pool = new Pool(poolSettings({ policy, ...LIMITS, warmIpTarget: 12 }));
    pool.observe(two, 0);
    const step = firstOf(pool, kind, []);
    pool.observe(two.slice(0, 1), MINUTE_MS);
    pool.outcome(step, outcome, MINUTE_MS);
    expect(pool.stats(MINUTE_MS)).toMatchObject({ enis: 1, total: 9 });
  },
);

test("an ENI may vanish while EC2 is asked about it", () => {
  for (const policy of ["stock", "berth"] as const) {
    const pool = new Pool(poolSettings({ policy, ...LIMITS, growth: "paused" }));
    pool.observe(two, 0);
    const listed: Outcome = { kind: "listed", enis: [attachedEni(1, 9), attachedEni(2, 1)] };
    const step = firstOf(pool, "describeEni", [listed]);
    pool.observe(two.slice(0, 1), MINUTE_MS);
    pool.outcome(step, { kind: "described", blocks: [cidr("10.0.2.10/32")] }, MINUTE_MS);
    expect(pool.stats(MINUTE_MS)).toMatchObject({ enis: 1, total: 9 });
  }
});

test("an ENI may vanish while it waits for its question", () => {
  const pool = new Pool(poolSettings({ ...LIMITS, warmIpTarget: 12 }));
  pool.observe(two, 0);
  pool.outcome(firstOf(pool, "assignBlocks", []), failure("eniGone"), 0);
  pool.outcome(firstOf(pool, "describeEni", []), failure("eniGone"), 0);
  expect(pool.stats(0).enis).toBe(1);
});
