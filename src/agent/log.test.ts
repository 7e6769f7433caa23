import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { BerthError } from "../base/index.ts";
import { currentBoot } from "./boot.ts";
import { errorFacts, newLog, newLogTo } from "./log.ts";
import { newDirectory, removeDirectory } from "./tiny-agent.ts";

test("a line is one JSON object with time, facts and sentence; less severe ones are left out", () => {
  const directory = newDirectory();
  const file = join(directory, "deep", "agent.log");
  const log = newLog({ level: "info", file });
  log.debug({}, "not this");
  log.info({ pod: "web-0" }, "ADD done");
  const lines = readFileSync(file, "utf8").trim().split("\n");
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: 30, pod: "web-0", msg: "ADD done" });
  expect(lines[0]).toMatch(/"time":"\d{4}-\d\d-\d\dT/);
  removeDirectory(directory);
});

test("a log for others gives its lines away, in the time of its owner", () => {
  const lines: string[] = [];
  const time = { nowMs: () => 3_600_000 };
  const log = newLogTo({ level: "warn", write: (line) => lines.push(line), time });
  log.info({}, "not this");
  log.warn({ pod: "web-0" }, "ADD failed");
  expect(lines).toEqual([
    '{"level":40,"time":"1970-01-01T01:00:00.000Z","pod":"web-0","msg":"ADD failed"}',
  ]);
});

test.skipIf(!existsSync("/dev/full"))("a full disk costs lines, not the agent", async () => {
  const log = newLog({ level: "info", file: "/dev/full" });
  for (let count = 0; count < 3; count++) {
    log.info({ count }, "ADD done");
    await setImmediate();
  }
});

test.each([
  {
    name: "Berth's own error",
    error: new BerthError("code", "what and why", { fix: "do", facts: { eni: "eni-1" } }),
    facts: { error: "what and why", code: "code", fix: "do", eni: "eni-1" },
  },
  { name: "a text", error: "text", facts: { error: "text" } },
])("$name is told by its facts", ({ error, facts }) => {
  expect(errorFacts(error)).toEqual(facts);
});

test("a bug is told with its stack", () => {
  expect(errorFacts(new Error("a bug"))["error"]).toContain("log.test.ts");
});

test("a boot has an id and began before now", () => {
  expect(currentBoot().id).not.toBe("");
  expect(currentBoot().startedAtMs).toBeLessThan(Date.now());
});
