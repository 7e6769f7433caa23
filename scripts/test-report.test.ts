import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readReport } from "./test-report.ts";

const directory = mkdtempSync(join(tmpdir(), "berth-report-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

function reportOf(
  files: readonly { name: string; status: string; tests: readonly string[] }[],
): string {
  const path = join(directory, "report.json");
  const testResults = files.map(({ name, status, tests }) => ({
    name,
    status,
    assertionResults: tests.map((each) => ({ status: each })),
  }));
  writeFileSync(path, JSON.stringify({ testResults }));
  return path;
}

test("tests are counted over all files, and skipped ones named", () => {
  const path = reportOf([
    {
      name: `${process.cwd()}/a.test.ts`,
      status: "failed",
      tests: ["passed", "failed", "pending"],
    },
    { name: `${process.cwd()}/b.test.ts`, status: "passed", tests: ["passed", "skipped"] },
  ]);
  expect(readReport(path)).toEqual({
    passed: 2,
    failed: 1,
    skipped: 2,
    skippedFiles: ["a.test.ts", "b.test.ts"],
  });
});

test("a file that could not be loaded is one failed test", () => {
  const path = reportOf([{ name: "a.test.ts", status: "failed", tests: [] }]);
  expect(readReport(path)).toMatchObject({ passed: 0, failed: 1 });
});

test("so is a run that left no report", () => {
  expect(readReport(join(directory, "gone.json"))).toMatchObject({ passed: 0, failed: 1 });
});
