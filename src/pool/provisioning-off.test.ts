import { describe, expect, test } from "vitest";
import type { AttachedEni } from "./attached-eni.ts";
import { Pool } from "./pool.ts";
import { attachedEni, cidr, eniId } from "./scenario.ts";
import { type PoolPolicy, poolSettings } from "./settings.ts";
import type { Outcome, WorkStep } from "./step.ts";

const POD = { namespace: "default", name: "web" };
const TWO_MINUTES_MS = 120_000;

/** The steps of a pool that may provision nothing, over two minutes in which metadata lists `shown`. */
function stepsOf(
  pool: Pool,
  shown: readonly AttachedEni[],
  fromMs = 0,
): { readonly steps: WorkStep[]; readonly nowMs: number } {
  const steps: WorkStep[] = [];
  let nowMs = fromMs;
  while (nowMs < fromMs + TWO_MINUTES_MS) {
    const step = pool.next(nowMs);
    if (step.kind === "wait") nowMs = step.untilMs;
    else {
      steps.push(step);
      pool.outcome(step, answer(step, shown), nowMs);
    }
  }
  return { steps, nowMs };
}

function answer(step: WorkStep, shown: readonly AttachedEni[]): Outcome {
  const eni = shown.find(({ id }) => "eniId" in step && id === step.eniId);
  switch (step.kind) {
    case "reconcile":
      return { kind: "listed", enis: shown };
    case "adoptEni":
      return eni === undefined ? { kind: "ignored" } : { kind: "adopted", eni };
    case "describeEni":
      return { kind: "described", blocks: eni?.blocks ?? [] };
    case "unassignBlocks":
      return { kind: "unassigned" };
    case "assignBlocks":
    case "createEni":
    case "freeEni":
      throw new Error(`it provisions: ${step.kind}`);
  }
}

describe.each<PoolPolicy>(["stock", "berth"])("nothing is provisioned, policy %s", (policy) => {
  const settings = poolSettings({
    policy,
    maxEnis: 3,
    slotsPerEni: 9,
    maxPods: 29,
    provisioning: "off",
  });

  test("the pool serves what is attached, asks for nothing, and says that it does not grow", () => {
    const pool = new Pool(settings);
    const enis = [attachedEni(1, 1)];
    pool.observe(enis, 0);
    expect(pool.assign("a", POD, 0)).toMatchObject({ ok: true });
    expect(pool.assign("b", POD, 0)).toEqual({ ok: false, refusal: { reason: "paused" } });
    const { steps, nowMs } = stepsOf(pool, enis);
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(new Set(["reconcile"]));
    pool.release("a", nowMs);
    if (policy === "berth")
      expect(pool.assign("b", POD, nowMs)).toMatchObject({ refusal: { reason: "cooling" } });
  });

  test("it adopts ENIs and addresses that others attach, and gives no surplus back", () => {
    const pool = new Pool(settings);
    pool.observe([attachedEni(1, 1)], 0);
    const { steps } = stepsOf(pool, [attachedEni(1, 9), attachedEni(2, 9)]);
    expect(new Set(steps.map(({ kind }) => kind))).toEqual(
      new Set(["reconcile", "adoptEni", "describeEni"]),
    );
    expect(pool.stats(TWO_MINUTES_MS)).toMatchObject({ enis: 2, total: 18, available: 18 });
  });

  test("blocks of the other unit: stock gives them back at its start, berth leaves them", () => {
    const pool = new Pool(settings);
    const enis = [attachedEni(1, 0, { blocks: [cidr("10.0.9.0/28")] })];
    pool.observe(enis, 0);
    const given = stepsOf(pool, enis).steps.filter(({ kind }) => kind === "unassignBlocks");
    const once = { kind: "unassignBlocks", eniId: eniId(1), blocks: [cidr("10.0.9.0/28")] };
    expect(given).toEqual(policy === "stock" ? [once] : []);
  });
});
