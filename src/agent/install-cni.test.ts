import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { installCni } from "./install-cni.ts";
import { newDirectory, removeDirectory } from "./tiny-agent.ts";

const directory = newDirectory();
afterAll(() => removeDirectory(directory));

test("the plugin is there as a whole, may be executed, and takes the place of the last one", () => {
  const source = join(directory, "built");
  const environment = { BERTH_CNI_BIN_DIR: join(directory, "bin") };
  writeFileSync(source, "first");
  chmodSync(source, 0o600);
  const target = installCni({ source, environment });
  expect(target).toBe(join(directory, "bin/berth-cni"));
  expect(readFileSync(target, "utf8")).toBe("first");
  expect(statSync(target).mode & 0o777).toBe(0o755);
  writeFileSync(source, "second");
  installCni({ source, environment });
  expect(readFileSync(target, "utf8")).toBe("second");
  expect(readdirSync(join(directory, "bin"))).toEqual(["berth-cni"]);
});

test("a plugin that can't be copied says from where to where, and leaves nothing behind", () => {
  const environment = { BERTH_CNI_BIN_DIR: join(directory, "taken") };
  const source = join(directory, "nothing");
  expect(() => installCni({ source, environment })).toThrow(`Cannot copy ${source} to`);
  mkdirSync(join(directory, "taken/berth-cni/full"), { recursive: true });
  writeFileSync(source, "plugin");
  expect(() => installCni({ source, environment })).toThrow(/Cannot copy .*nothing to .*berth-cni/);
  expect(existsSync(join(directory, "taken/berth-cni/full"))).toBe(true);
  expect(readdirSync(join(directory, "taken"))).toEqual(["berth-cni"]);
});
