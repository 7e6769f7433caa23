import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };

const program = `${import.meta.dirname}/../../bin/berth`;

test("bin/berth runs the program and its exit code comes back", () => {
  const version = spawnSync(program, ["--version"], { encoding: "utf8" });
  expect(version).toMatchObject({ status: 0, stdout: `${packageJson.version}\n`, stderr: "" });
  expect(spawnSync(program, ["xyzzy"], { encoding: "utf8" })).toMatchObject({
    status: 2,
    stdout: "",
  });
});

test("a reader that closes the pipe early is no failure", async () => {
  const child = spawn("sh", ["-c", `"$0" --help | true`, program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  await once(child, "close");
  expect(errors).toBe("");
});

test("words that nobody can hear any more don't end the program", async () => {
  const child = spawn(program, ["xyzzy"], { stdio: ["ignore", "ignore", "pipe"] });
  child.stderr.destroy();
  const [exitCode] = (await once(child, "exit")) as [number | null];
  expect(exitCode).toBe(2);
});
