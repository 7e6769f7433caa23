import { expect, test } from "vitest";
import { Pool } from "./pool.ts";
import { attachedEni } from "./scenario.ts";
import { poolSettings } from "./settings.ts";

const POD = { namespace: "default", name: "web" };

test("thousands of pods come and go: the queue is compacted and no address is lost", () => {
  const pool = new Pool(poolSettings({ maxEnis: 1, slotsPerEni: 9, maxPods: 9, cooldownMs: 10 }));
  pool.observe([attachedEni(1, 9)], 0);
  for (let n = 0; n < 5_000; n++) {
    const nowMs = n * 2;
    expect(pool.assign(String(n), POD, nowMs).ok).toBe(true);
    pool.release(String(n), nowMs);
  }
  expect(pool.stats(20_000)).toMatchObject({ total: 9, assigned: 0, cooling: 0, available: 9 });
});
