import { describe, expect, test } from "vitest";
import { instanceType, maxPods } from "../../facts/index.ts";
import type { Ports } from "../command.ts";
import { dispatch } from "../dispatch.ts";
import { maxPodsCommand } from "./max-pods.ts";

async function berth(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const ports: Ports = {
    printer: {
      result: (text) => (said.out += text),
      progress: (text) => (said.err += text),
    },
    env: {},
    interruption: () => new AbortController().signal,
  };
  const commands = [{ name: "max-pods", load: async () => maxPodsCommand }];
  const program = { version: "0", about: "", commands, groups: {} };
  return { code: await dispatch(program, ["max-pods", ...words], ports), ...said };
}

function parsed(text: string): unknown {
  return JSON.parse(text);
}

describe("berth max-pods", () => {
  test("R-IP-1: prints a line for every type, in the order given", async () => {
    const { code, out, err } = await berth("m5.large", "c5.4xlarge");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const rows = out.split("\n").filter((line) => /^(m5|c5)\S+ {2}/.test(line));
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 6))).toEqual([
      ["m5.large", "3 × 9", "27", "29", "29", "addresses"],
      ["c5.4xlarge", "8 × 29", "232", "234", "110", "cap"],
    ]);
  });

  test.each([
    { flags: [], mode: {} },
    { flags: ["--prefix-delegation"], mode: { prefixDelegation: true } },
    { flags: ["--custom-networking"], mode: { customNetworking: true } },
    { flags: ["--pod-eni"], mode: { podEni: true } },
  ])("R-PD-2, R-CN-4, R-SGP-1: JSON with $flags is what facts compute", async ({ flags, mode }) => {
    const type = instanceType("m5.large");
    const none = { prefixDelegation: false, customNetworking: false, podEni: false };
    const { code, out } = await berth("m5.large", ...flags, "--output", "json");
    expect(code).toBe(0);
    expect(parsed(out)).toEqual([type && maxPods(type, { ...none, ...mode })]);
  });

  test("R-PD-3: prefixes on a type without Nitro are refused with a reason", async () => {
    const { code, out } = await berth("m4.large", "--prefix-delegation");
    expect(code).toBe(0);
    expect(out).toContain(
      "--prefix-delegation refused: EC2 assigns prefixes on Nitro instances only, and m4.large runs on Xen",
    );
  });

  test.each([
    { typed: "m5.lagre", fix: "Did you mean m5.large or" },
    { typed: "M5.LARGE", fix: "Did you mean m5.large or" },
    { typed: "postgresql", fix: "Give the name as EC2 has it" },
  ])("an unknown type, $typed, is an error with a way out", async ({ typed, fix }) => {
    const { code, out, err } = await berth("m5.large", typed);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain(`There is no instance type "${typed}" in the table.`);
    expect(err).toContain(fix);
  });

  test("without a type it is called wrongly", async () => {
    expect((await berth()).code).toBe(2);
  });
});
