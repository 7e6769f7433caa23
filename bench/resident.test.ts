import { expect, test } from "vitest";
import { residentAfterLoading, residentMiB } from "./resident.ts";

test.runIf(process.platform === "linux")("a process that loads more is bigger", async () => {
  const bare = await residentAfterLoading([]);
  const loaded = await residentAfterLoading(["typescript"]);
  expect(bare).toBeGreaterThan(10);
  expect(loaded).toBeGreaterThan(bare);
  expect(residentMiB(process.pid)).toBeGreaterThan(bare / 2);
});

test.runIf(process.platform === "linux")("a module that is not there is an error", async () => {
  await expect(residentAfterLoading(["./no-such-module.ts"])).rejects.toThrow("could not load");
});
