import { describe, expect, test } from "vitest";
import { BackOff, KUBELET_BACK_OFF } from "./back-off.ts";

describe("BackOff", () => {
  test("R-DIAG-1: a container that ends at once is restarted at once, then after 10 s, 20 s … 5 min", () => {
    const backOff = new BackOff(KUBELET_BACK_OFF);
    const waits: number[] = [];
    let nowMs = 1_000_000;
    for (let crash = 0; crash < 8; crash++) {
      const sinceMs = nowMs;
      const untilMs = backOff.waitsUntilMs("web", { sinceMs, nowMs }) ?? nowMs;
      waits.push((untilMs - nowMs) / 1000);
      nowMs = untilMs;
      backOff.next("web", { sinceMs, nowMs });
    }
    expect(waits).toEqual([0, 10, 20, 40, 80, 160, 300, 300]);
  });

  test("a container that ran for more than 10 minutes begins anew", () => {
    const backOff = new BackOff(KUBELET_BACK_OFF);
    backOff.next("web", { sinceMs: 0, nowMs: 0 });
    backOff.next("web", { sinceMs: 1, nowMs: 10_000 });
    expect(backOff.delayMs("web")).toBe(20_000);
    const sinceMs = 10_000 + 600_001;
    expect(backOff.waitsUntilMs("web", { sinceMs, nowMs: sinceMs })).toBeUndefined();
    backOff.next("web", { sinceMs, nowMs: sinceMs });
    expect([backOff.delayMs("web"), backOff.updatedMs("web")]).toEqual([10_000, sinceMs]);
  });

  test("an unknown key waits for nothing", () => {
    const backOff = new BackOff(KUBELET_BACK_OFF);
    expect(backOff.waitsUntilMs("x", { sinceMs: 0, nowMs: 0 })).toBeUndefined();
    expect([backOff.delayMs("x"), backOff.updatedMs("x")]).toEqual([0, undefined]);
  });
});
