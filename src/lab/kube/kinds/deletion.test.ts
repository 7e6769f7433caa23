import type { Pod } from "kubernetes-types/core/v1";
import { describe, expect, test } from "vitest";
import { kindNamed, objectOf } from "./testing.ts";

describe("how pods are deleted", () => {
  const { deletion } = kindNamed("Pod");
  const bound: Pod["spec"] = { containers: [], nodeName: "n1", terminationGracePeriodSeconds: 9 };
  test.each([
    { name: "never bound", fields: { spec: {} }, asked: 30, want: 0 },
    { name: "ended", fields: { spec: bound, status: { phase: "Failed" } }, asked: 30, want: 0 },
    { name: "running", fields: { spec: bound }, asked: undefined, want: 9 },
    { name: "running, in a hurry", fields: { spec: bound }, asked: 0, want: 0 },
    { name: "with a negative period", fields: { spec: bound }, asked: -1, want: 1 },
    { name: "without a period", fields: { spec: { nodeName: "n1" } }, asked: undefined, want: 30 },
  ])("$name: $want s", ({ fields, asked, want }) => {
    const seconds =
      deletion.kind === "graceful"
        ? deletion.graceSeconds(objectOf(kindNamed("Pod"), fields), asked)
        : undefined;
    expect(seconds).toBe(want);
  });
});
