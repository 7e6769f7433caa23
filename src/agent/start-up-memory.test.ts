import { expect, test } from "vitest";
import { releaseStartUpMemory } from "./start-up-memory.ts";

test("garbage leaves the process", async () => {
  let garbage: number[][] | undefined = Array.from({ length: 200 }, () =>
    new Array<number>(100_000).fill(1),
  );
  const full = process.memoryUsage().rss;
  expect(garbage).toHaveLength(200);
  garbage = undefined;
  await releaseStartUpMemory();
  expect(full - process.memoryUsage().rss).toBeGreaterThan(100 * 2 ** 20);
});
