import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

/** How a run of the tests went. */
export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** The files with skipped tests, relative to the working directory, in order. */
  readonly skippedFiles: readonly string[];
}

const Report = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
});

/**
 * Counts the tests in a JSON report of vitest. A file that could not be loaded is one failed test, and so is a report
 * that is not there.
 */
export function readReport(path: string): TestCounts {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0, skippedFiles: [] };
  const { testResults } = Report.parse(JSON.parse(readFileSync(path, "utf8")));
  let [passed, failed, skipped] = [0, 0, 0];
  const skippedFiles = new Set<string>();
  for (const file of testResults) {
    if (file.status === "failed" && file.assertionResults.length === 0) failed += 1;
    for (const { status } of file.assertionResults) {
      if (status === "passed") passed += 1;
      else if (status === "failed") failed += 1;
      else {
        skipped += 1;
        skippedFiles.add(file.name.replace(`${process.cwd()}/`, ""));
      }
    }
  }
  return { passed, failed, skipped, skippedFiles: [...skippedFiles].toSorted() };
}
