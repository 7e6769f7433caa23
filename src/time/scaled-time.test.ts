import { describe, expect, it } from "vitest";
import { scaledTime, systemTime } from "./index.ts";

describe("scaledTime", () => {
  it("begins where it is told to", () => {
    const time = scaledTime({ speed: 1, startMs: 1_000_000 });
    expect(time.nowMs()).toBeGreaterThanOrEqual(1_000_000);
    expect(time.nowMs()).toBeLessThan(1_060_000);
  });

  it("lets an hour pass before a minute of a slower time has", async () => {
    const fast = scaledTime({ speed: 1_000_000, startMs: 0 });
    await fast.sleep(3_600_000, { holds: true });
    expect(fast.nowMs()).toBeGreaterThanOrEqual(3_600_000);
  });

  it("wakes at once when its signal aborts, before or while it sleeps", async () => {
    const stop = new AbortController();
    const sleeping = systemTime.sleep(3_600_000, { signal: stop.signal });
    stop.abort();
    await sleeping;
    await systemTime.sleep(3_600_000, { signal: stop.signal });
    expect(stop.signal.aborted).toBe(true);
  });

  it.each([0, -1, Number.NaN])("refuses a speed of %s", (speed) => {
    expect(() => scaledTime({ speed, startMs: 0 })).toThrow(RangeError);
  });
});
