import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runProgram } from "./run-program.ts";

describe.runIf(process.platform === "linux")("a program", () => {
  const directory = mkdtempSync(join(tmpdir(), "berth-run-"));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const stdinFile = join(directory, "in");
  const stdoutFile = join(directory, "out");

  test.each([
    { name: "its output is kept", script: 'read x; echo "$x $Y"', status: 0, out: "word value\n" },
    { name: "its exit code comes back", script: "exit 3", status: 3, out: "" },
    { name: "a signal is told as shells do", script: "kill -9 $$", status: 137, out: "" },
  ])("$name", ({ script, status, out }) => {
    const program = join(directory, "program");
    writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
    writeFileSync(stdinFile, "word\n");
    const end = runProgram({ program, env: { Y: "value" }, stdinFile, stdoutFile });
    expect(end.status).toBe(status);
    expect(readFileSync(stdoutFile, "utf8")).toBe(out);
  });

  test("a program that is not there is an error", () => {
    const program = join(directory, "gone");
    expect(() => runProgram({ program, env: {}, stdinFile, stdoutFile })).toThrow("errno 2");
  });
});
