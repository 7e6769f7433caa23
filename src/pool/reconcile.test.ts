import { describe, expect, test } from "vitest";
import type { AttachedEni } from "./attached-eni.ts";
import { Pool } from "./pool.ts";
import { attachedEni, cidr, eniId } from "./scenario.ts";
import { type PoolPolicy, type PoolSettings, poolSettings } from "./settings.ts";
import type { Outcome, WorkStep } from "./step.ts";
import { failure } from "./tiny-failure.ts";

const MINUTE_MS = 60_000;
// Growth and freeing are paused, so that only reconciling has something to do.
const QUIET = { maxEnis: 3, slotsPerEni: 9, maxPods: 110, growth: "paused" } as const;
const POD = { namespace: "default", name: "web" };

type Answer = (step: WorkStep) => Outcome;

/** A pool that has seen these ENIs, and is then asked for its steps for two minutes. */
function reconciled(
  policy: PoolPolicy,
  seen: readonly AttachedEni[],
  answer: Answer,
): { pool: Pool; steps: WorkStep[]; lost: string[] } {
  const pool = new Pool(poolSettings({ policy, ...QUIET }));
  pool.observe(seen, 0);
  pool.assign("a", POD, 0);
  const steps: WorkStep[] = [];
  const lost: string[] = [];
  for (let nowMs = 0; nowMs < 2 * MINUTE_MS;) {
    const step = pool.next(nowMs);
    if (step.kind === "wait") {
      nowMs = step.untilMs;
    } else {
      steps.push(step);
      const change = pool.outcome(step, answer(step), nowMs);
      lost.push(...change.lost.map((lease) => lease.key));
    }
  }
  return { pool, steps, lost };
}

/** Instance metadata lists these; EC2 describes an ENI so, or fails. */
function shown(listed: readonly AttachedEni[], described: Answer): Answer {
  return (step) => (step.kind === "reconcile" ? { kind: "listed", enis: listed } : described(step));
}

const never: Answer = (step) => {
  throw new Error(`EC2 was asked: ${step.kind}`);
};

describe.each<PoolPolicy>(["stock", "berth"])("reconciling, policy %s", (policy) => {
  const two = attachedEni(1, 2);

  test("what instance metadata shows as it is asks EC2 nothing", () => {
    const { pool, lost } = reconciled(policy, [two], shown([two], never));
    expect(pool.stats(2 * MINUTE_MS)).toMatchObject({ enis: 1, total: 2 });
    expect(lost).toEqual([]);
  });

  test("addresses that metadata and EC2 do not list are removed, with the pods' leases", () => {
    const answer = shown([attachedEni(1, 0)], () => ({ kind: "described", blocks: [] }));
    const { pool, lost } = reconciled(policy, [two], answer);
    expect(pool.stats(2 * MINUTE_MS)).toMatchObject({ enis: 1, total: 0, assigned: 0 });
    expect(lost).toEqual(["a"]);
    expect(pool.leases()).toEqual([]);
  });

  test("metadata alone removes no address: EC2 fails", () => {
    const { pool } = reconciled(
      policy,
      [two],
      shown([attachedEni(1, 0)], () => failure("throttled")),
    );
    expect(pool.stats(2 * MINUTE_MS)).toMatchObject({ enis: 1, total: 2 });
  });

  test("metadata alone removes no address: EC2 lists them", () => {
    const answer = shown([attachedEni(1, 0)], () => ({ kind: "described", blocks: two.blocks }));
    const { pool } = reconciled(policy, [two], answer);
    expect(pool.stats(2 * MINUTE_MS)).toMatchObject({ enis: 1, total: 2, assigned: 1 });
  });

  test("the same number of other addresses is a difference too", () => {
    const blocks = [cidr("10.0.1.77/32"), cidr("10.0.1.78/32")];
    const moved = { ...two, blocks };
    const { pool } = reconciled(
      policy,
      [two],
      shown([moved], () => ({ kind: "described", blocks })),
    );
    expect(pool.enis(0)[0]?.blocks.map((block) => block.cidr)).toEqual(blocks);
  });

  test("an ENI that the pool does not know is adopted", () => {
    const other = attachedEni(2, 1);
    const answer = shown([two, other], () => ({ kind: "adopted", eni: other }));
    const { pool, steps } = reconciled(policy, [two], answer);
    expect(steps).toContainEqual({ kind: "adoptEni", eniId: eniId(2) });
    expect(pool.stats(2 * MINUTE_MS)).toMatchObject({ enis: 2, total: 3 });
  });

  test("an unknown ENI that is none of ours is left alone", () => {
    const answer = shown([two, attachedEni(2, 1)], () => ({ kind: "ignored" }));
    expect(reconciled(policy, [two], answer).pool.stats(0)).toMatchObject({ enis: 1, total: 2 });
  });

  test("an unknown ENI that could not be set up is tried again later", () => {
    const answer = shown([two, attachedEni(2, 1)], () => failure("notReady"));
    const { pool, steps } = reconciled(policy, [two], answer);
    expect(steps.filter((step) => step.kind === "adoptEni").length).toBeGreaterThan(0);
    expect(pool.stats(0)).toMatchObject({ enis: 1 });
  });

  test("an unknown ENI that is gone when EC2 is asked is forgotten", () => {
    const answer = shown([two, attachedEni(2, 1)], () => failure("eniGone"));
    expect(reconciled(policy, [two], answer).pool.stats(0)).toMatchObject({ enis: 1 });
  });

  test("an ENI that is gone is removed", () => {
    const answer = shown([two], () => failure("eniGone"));
    const { pool } = reconciled(policy, [two, attachedEni(2, 1)], answer);
    expect(pool.stats(2 * MINUTE_MS)).toMatchObject({ enis: 1, total: 2 });
  });

  test.each<{ name: string; outcome: Outcome }>([
    { name: "lists nothing", outcome: { kind: "listed", enis: [] } },
    { name: "fails", outcome: failure("other") },
  ])("nothing changes when instance metadata $name", ({ outcome }) => {
    const { pool } = reconciled(policy, [two], (step) =>
      step.kind === "reconcile" ? outcome : never(step),
    );
    expect(pool.stats(2 * MINUTE_MS)).toMatchObject({ enis: 1, total: 2 });
  });
});

test("berth: an ENI that metadata does not list stays when EC2 says that it is there; stock drops it", () => {
  const two = [attachedEni(1, 2), attachedEni(2, 1)];
  const answer = shown(two.slice(0, 1), () => ({
    kind: "described",
    blocks: two[1]?.blocks ?? [],
  }));
  expect(reconciled("berth", two, answer).pool.stats(0)).toMatchObject({ enis: 2, total: 3 });
  expect(reconciled("stock", two, answer).pool.stats(0)).toMatchObject({ enis: 1, total: 2 });
});

test("berth: questions wait while EC2 is throttling, and are asked afterwards", () => {
  const pool = new Pool(poolSettings(QUIET));
  const eni = attachedEni(1, 2);
  pool.observe([eni], 0);
  const list = take(pool, MINUTE_MS);
  pool.outcome(
    list,
    { kind: "listed", enis: [attachedEni(1, 1), attachedEni(2, 0), attachedEni(3, 0)] },
    MINUTE_MS,
  );
  pool.outcome(take(pool, MINUTE_MS), failure("throttled"), MINUTE_MS);
  expect(pool.next(MINUTE_MS)).toEqual({ kind: "wait", untilMs: MINUTE_MS + 1_000 });
  expect(pool.next(MINUTE_MS + 1_000)).toEqual({ kind: "adoptEni", eniId: eniId(2) });
});

test("a block that was given back stays out for a minute although it is still listed", () => {
  for (const policy of ["stock", "berth"] as const) {
    const settings: PoolSettings = poolSettings({ policy, ...QUIET, warmIpTarget: 1 });
    const pool = new Pool(settings);
    const eni = attachedEni(1, 3);
    pool.observe([eni], 0);
    // The loop of the stock plugin starts with a pause.
    if (policy === "stock") pool.next(0);
    const step = take(pool, 10_000);
    expect(step).toMatchObject({ kind: "unassignBlocks" });
    pool.outcome(step, { kind: "unassigned" }, 10_000);
    const inTime = pool.observe([eni], 70_000);
    expect(inTime.addedBlocks).toEqual([]);
    expect(pool.stats(70_000).total).toBe(1);
    pool.observe([eni], 70_001);
    expect(pool.stats(70_001).total).toBe(3);
  }
});

test("an address that EC2 has moved to another ENI is known there only", () => {
  const pool = new Pool(poolSettings(QUIET));
  const [first, second] = [attachedEni(1, 1), attachedEni(2, 0)];
  pool.observe([first, second], 0);
  pool.assign("a", POD, 0);
  const change = pool.observe(
    [
      { ...first, blocks: [] },
      { ...second, blocks: first.blocks },
    ],
    1,
  );
  expect(change.lost.map(({ key }) => key)).toEqual(["a"]);
  expect(change).toMatchObject({
    removedBlocks: [{ eniId: eniId(1), cidr: first.blocks[0] }],
    addedBlocks: [{ eniId: eniId(2), cidr: first.blocks[0] }],
  });
  // Seen in the other order, the second ENI takes it over as well.
  pool.observe([{ ...second, blocks: [] }, first], 2);
  const again = pool.observe(
    [
      { ...second, blocks: first.blocks },
      { ...first, blocks: [] },
    ],
    3,
  );
  expect(again.addedBlocks).toEqual([{ eniId: eniId(2), cidr: first.blocks[0] }]);
  expect(pool.stats(3).total).toBe(1);
});

test("an ENI that is being freed is not taken in again when somebody lists it meanwhile", () => {
  for (const policy of ["stock", "berth"] as const) {
    const pool = new Pool(poolSettings({ policy, ...QUIET, growth: "allowed" }));
    const enis = [attachedEni(1, 9), attachedEni(2, 9)];
    pool.observe(enis, 0);
    const step = takeFree(pool, 3 * MINUTE_MS);
    pool.observe(enis, 3 * MINUTE_MS);
    expect(pool.stats(3 * MINUTE_MS)).toMatchObject({ total: 9 });
    pool.outcome(step, { kind: "freed" }, 3 * MINUTE_MS);
    expect(pool.stats(3 * MINUTE_MS)).toMatchObject({ enis: 1, total: 9 });
  }
});

function take(pool: Pool, nowMs: number): WorkStep {
  for (;;) {
    const step = pool.next(nowMs);
    if (step.kind !== "wait") return step;
    if (step.untilMs > nowMs) throw new Error(`waits until ${String(step.untilMs)}`);
  }
}

function takeFree(pool: Pool, untilMs: number): WorkStep {
  for (let nowMs = 0; nowMs <= untilMs;) {
    const step = pool.next(nowMs);
    if (step.kind === "freeEni") return step;
    if (step.kind === "wait") nowMs = step.untilMs;
    else pool.outcome(step, failure("other"), nowMs);
  }
  throw new Error("no ENI is freed");
}

test("berth: addresses that EC2 has just given stay, though it does not list them yet; a minute later it is believed", () => {
  const pool = new Pool(poolSettings({ ...QUIET, growth: "allowed", warmIpTarget: 1 }));
  pool.observe([attachedEni(1, 1)], 0);
  pool.assign("a", POD, 0);
  const lost: string[] = [];
  const kinds: string[] = [];
  const given = cidr("10.0.1.99/32");
  // Another address can't be had, so that EC2 is asked what the ENI has.
  const answers: Partial<Record<WorkStep["kind"], Outcome[]>> = {
    assignBlocks: [{ kind: "assigned", blocks: [given] }],
  };
  const take = (untilMs: number): void => {
    for (let nowMs = 0; ;) {
      const step = pool.next(nowMs);
      if (step.kind === "wait") {
        if (step.untilMs > untilMs) return;
        nowMs = step.untilMs;
        continue;
      }
      kinds.push(step.kind);
      const usual: Partial<Record<WorkStep["kind"], Outcome>> = {
        reconcile: { kind: "listed", enis: [attachedEni(1, 1)] },
        describeEni: { kind: "described", blocks: attachedEni(1, 1).blocks },
      };
      const outcome = answers[step.kind]?.shift() ?? usual[step.kind] ?? failure("other");
      lost.push(...pool.outcome(step, outcome, nowMs).lost.map(({ key }) => key));
    }
  };
  take(0);
  expect(pool.assign("b", POD, 0)).toMatchObject({ ok: true, lease: { address: given.base } });
  take(10_000);
  expect(kinds).toContain("describeEni");
  expect(lost).toEqual([]);
  expect(pool.lease("b")?.address).toBe(given.base);
  take(2 * MINUTE_MS);
  expect(lost).toEqual(["b"]);
});
