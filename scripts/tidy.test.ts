import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };
import { RUNTIME_DEPENDENCIES } from "./dependencies.ts";
import { HOUSE_RULES, type TextFile } from "./house-rules.ts";
import { LONG_FILES } from "./long-files.ts";

const TEXT = /\.(ts|js|json|md|c|h|sh|yaml|yml|proto|txt)$|^(bin|\.ci)\//;

function readFiles(): TextFile[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    encoding: "utf8",
  });
  return listed
    .split("\n")
    .filter((path) => TEXT.test(path) && path !== "package-lock.json" && existsSync(path))
    .map((path) => ({ path, lines: readFileSync(path, "utf8").trimEnd().split("\n") }));
}

const files = readFiles();

describe("house rules", () => {
  test.each(HOUSE_RULES)("$name", ({ applies, look }) => {
    expect(files.filter(({ path }) => applies(path)).flatMap(look)).toEqual([]);
  });

  test("the list of long files names files that exist", () => {
    expect(Object.keys(LONG_FILES).filter((path) => !existsSync(path))).toEqual([]);
  });

  test("every room has a door", () => {
    const rooms = readdirSync("src").filter((room) => room !== "cli");
    expect(rooms.filter((room) => !existsSync(`src/${room}/index.ts`))).toEqual([]);
  });

  test("every runtime dependency has its reason in scripts/dependencies.ts", () => {
    expect(Object.keys(RUNTIME_DEPENDENCIES).toSorted()).toEqual(
      Object.keys(packageJson.dependencies).toSorted(),
    );
  });

  test("versions are pinned exactly", () => {
    const versions = { ...packageJson.dependencies, ...packageJson.devDependencies };
    expect(
      Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version)),
    ).toEqual([]);
  });
});
