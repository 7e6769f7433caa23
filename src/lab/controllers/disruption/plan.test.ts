import type { PodDisruptionBudgetSpec } from "kubernetes-types/policy/v1";
import { expect, it, test } from "vitest";
import { ago, NOW_MS, podNamed } from "../testing/objects-for-tests.ts";
import { budgetStatus } from "./plan.ts";

const pods = ["a", "b", "c", "d"].map((name) => podNamed(name, name === "d" ? {} : { ready: 10 }));

function status(
  spec: PodDisruptionBudgetSpec,
  disruptedPods: Record<string, string> = {},
): ReturnType<typeof budgetStatus> {
  const budget = { metadata: { name: "web", generation: 1 }, spec };
  const before = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
  const facts = { pods, scale: 5, nowMs: NOW_MS };
  return budgetStatus({ ...budget, status: { ...before, disruptedPods } }, facts);
}

test.each([
  { spec: { minAvailable: 2 }, expected: 4, desired: 2, allowed: 1 },
  { spec: { minAvailable: 3 }, expected: 4, desired: 3, allowed: 0 },
  { spec: { minAvailable: "41%" }, expected: 5, desired: 3, allowed: 0 },
  { spec: { maxUnavailable: 3 }, expected: 5, desired: 2, allowed: 1 },
  { spec: { maxUnavailable: "50%" }, expected: 5, desired: 2, allowed: 1 },
  { spec: { maxUnavailable: 9 }, expected: 5, desired: 0, allowed: 3 },
  { spec: {}, expected: 5, desired: 1, allowed: 2 },
])("$spec", ({ spec, expected, desired, allowed }) => {
  expect(status(spec).status).toMatchObject({
    currentHealthy: 3,
    expectedPods: expected,
    desiredHealthy: desired,
    disruptionsAllowed: allowed,
    conditions: [{ type: "DisruptionAllowed", status: allowed > 0 ? "True" : "False" }],
  });
});

it("counts an eviction that was granted until it is given up", () => {
  const outlook = status({ minAvailable: 1 }, { a: ago(20), b: ago(500), gone: ago(1) });
  expect(outlook.status).toMatchObject({ disruptionsAllowed: 1, disruptedPods: { a: ago(20) } });
  expect(outlook.changesAtMs).toBe(NOW_MS + 100_000);
});
