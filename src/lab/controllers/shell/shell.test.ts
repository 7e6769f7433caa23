import { describe, expect, it } from "vitest";
import { newExpectations } from "./expectations.ts";
import { slowStart } from "./slow-start.ts";

describe("expectations", () => {
  it("are met when all creations and deletions were seen", () => {
    const expectations = newExpectations({ nowMs: () => 0 });
    expectations.expectCreations("a", 2);
    expectations.expectDeletions("a", ["x"]);
    expectations.created("a");
    expectations.created("a");
    expect(expectations.isMet("a")).toBe(false);
    expectations.deleted("a", "other");
    expect(expectations.isMet("a")).toBe(false);
    expectations.deleted("a", "x");
    expect([expectations.isMet("a"), expectations.isMet("b")]).toEqual([true, true]);
  });

  it("are given up after five minutes, and with their owner", () => {
    let nowMs = 0;
    const expectations = newExpectations({ nowMs: () => nowMs });
    expectations.expectCreations("a", 1);
    nowMs = 299_999;
    expect(expectations.isMet("a")).toBe(false);
    nowMs = 300_000;
    expect(expectations.isMet("a")).toBe(true);
    expectations.expectCreations("a", 1);
    expectations.forget("a");
    expect(expectations.isMet("a")).toBe(true);
  });
});

describe("slowStart", () => {
  it("does everything, twice as much at a time as before", async () => {
    let atOnce = 0;
    const batches: number[] = [];
    const outcome = await slowStart(10, async () => {
      atOnce += 1;
      await Promise.resolve();
      if (atOnce > 0) batches.push(atOnce);
      atOnce = 0;
    });
    expect([batches, outcome.succeeded]).toEqual([[1, 2, 4, 3], 10]);
  });

  it("stops after the batch in which something failed", async () => {
    const tried: number[] = [];
    const outcome = await slowStart(100, async (index) => {
      tried.push(index);
      if (index === 1) throw new Error("no");
    });
    expect(tried).toEqual([0, 1, 2]);
    expect(outcome).toMatchObject({ succeeded: 2, skipped: 97, errors: [{ message: "no" }] });
  });
});
