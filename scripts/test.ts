// `npm test`: the static checks, then every test with coverage, then a summary.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { readReport, type TestCounts } from "./test-report.ts";
import { STATIC_STEPS, type Step } from "./steps.ts";

interface StepOutcome {
  readonly step: Step;
  readonly passed: boolean;
  readonly seconds: number;
  readonly output: string;
}

const REPORT = "build/test/report.json";
const SUMMARY = "build/test/summary.txt";

const TESTS: Step = {
  name: "tests and coverage",
  command: [
    "vitest",
    "run",
    "--coverage",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${REPORT}`,
  ],
  fix: "npx vitest run PATH runs some of them; coverage/index.html shows what no test reaches",
};

function run(step: Step, output: "captured" | "shown"): Promise<StepOutcome> {
  const [program, ...words] = step.command;
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(`node_modules/.bin/${program}`, words, {
      stdio: [
        "ignore",
        output === "shown" ? "inherit" : "pipe",
        output === "shown" ? "inherit" : "pipe",
      ],
    });
    let text = "";
    const keep = (chunk: Buffer): void => {
      text += chunk.toString();
    };
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    child.once("error", reject);
    child.once("close", (code) => {
      const seconds = (performance.now() - startedMs) / 1000;
      resolve({ step, passed: code === 0, seconds, output: text });
    });
  });
}

async function runStatic(): Promise<StepOutcome[]> {
  const waiting = [...STATIC_STEPS];
  const outcomes: StepOutcome[] = [];
  async function worker(): Promise<void> {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      const outcome = await run(step, "captured");
      say(`${line(outcome)}${outcome.passed ? "" : `\n${outcome.output}`}`);
      outcomes.push(outcome);
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  return outcomes;
}

function line({ step, passed, seconds }: StepOutcome): string {
  return `${passed ? "ok    " : "FAILED"} ${step.name.padEnd(24)} ${seconds.toFixed(1).padStart(6)} s`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function closingLine(counts: TestCounts, failedSteps: number): string {
  const skipped = counts.skipped === 0 ? "" : `, ${counts.skipped} skipped`;
  return `${counts.passed} passed, ${counts.failed + failedSteps} failed${skipped}`;
}

mkdirSync("build/test", { recursive: true });
rmSync(REPORT, { force: true });
rmSync(SUMMARY, { force: true });

const outcomes = await runStatic();
const tests = await run(TESTS, "shown");
const counts = readReport(REPORT);
const failed = [...outcomes, tests].filter(({ passed }) => !passed);
// A failing tool counts as one failed test; the test run itself only when no test of it failed (coverage, a crash).
const failedSteps = failed.filter(({ step }) => step !== TESTS || counts.failed === 0).length;
const closing = closingLine(counts, failedSteps);

say(["", "Summary", ...[...outcomes, tests].map(line)].join("\n"));
for (const { step } of failed) say(`fix for ${step.name}: ${step.fix}`);
if (counts.skipped > 0) {
  const onKernel = process.platform === "linux" && process.getuid?.() === 0;
  say(`skipped tests are in ${counts.skippedFiles.join(", ")}`);
  if (!onKernel)
    say("the tests of the kernel and of the whole lab need root on Linux; this is not");
}
say(closing);
writeFileSync(SUMMARY, `${closing}\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
