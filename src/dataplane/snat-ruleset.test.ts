import { describe, expect, test } from "vitest";
import type { HostRemains } from "./host-remains.ts";
import { needsMarkRule, snatRuleset, type SnatSettings } from "./snat-ruleset.ts";
import { hostSettings } from "./testing/topology.ts";
import { cidr } from "./testing/values.ts";

const DEFAULTS: SnatSettings = { ...hostSettings("unused"), primaryLink: "eth0" };

const NONE: HostRemains = { marks: [], vethPrefixes: [], waitingCidrs: [] };

/** One command a line: what a person can compare. */
function lines(settings: SnatSettings, remains: HostRemains): string {
  return `${snatRuleset(settings, remains)
    .map((command) => JSON.stringify(command))
    .join("\n")}\n`;
}

describe("rulesets of every combination of settings (golden)", () => {
  test.each([
    { name: "defaults", change: {} },
    { name: "node-port-off", change: { nodePort: false } },
    { name: "external-snat", change: { externalSnat: true } },
    { name: "external-snat-node-port-off", change: { externalSnat: true, nodePort: false } },
    {
      name: "excluded-blocks",
      change: {
        vpcCidrs: [cidr("10.10.0.0/16"), cidr("10.11.0.0/16")],
        excludeCidrs: [cidr("10.12.0.0/16"), cidr("10.8.0.0/14"), cidr("10.10.4.0/24")],
      },
    },
    {
      name: "external-snat-with-service-blocks",
      change: { externalSnat: true, externalServiceCidrs: [cidr("198.51.100.0/24")] },
    },
    { name: "hashrandom", change: { randomize: "hashrandom" } },
    { name: "ports-in-order", change: { randomize: "none" } },
    { name: "other-prefix-and-mark", change: { vethPrefix: "pod", connectionMark: 0x30 } },
    {
      name: "after-a-change-of-prefix-and-mark",
      change: { vethPrefix: "pod", connectionMark: 0x30 },
      remains: { marks: [0x80], vethPrefixes: ["eni"], waitingCidrs: [] },
    },
    {
      name: "external-snat-with-open-connections",
      change: { externalSnat: true, nodePort: false },
      remains: { marks: [0x80], vethPrefixes: [], waitingCidrs: [] },
    },
  ])("$name", async ({ name, change, remains = NONE }) => {
    await expect(
      lines({ ...DEFAULTS, ...(change as Partial<SnatSettings>) }, remains),
    ).toMatchFileSnapshot(`golden/snat-${name}.jsonl`);
  });
});

test.each([
  { externalSnat: false, nodePort: true, want: true },
  { externalSnat: false, nodePort: false, want: true },
  { externalSnat: true, nodePort: true, want: true },
  { externalSnat: true, nodePort: false, want: false },
])(
  "mark rule with external SNAT $externalSnat, NodePort $nodePort: $want",
  ({ want, ...settings }) => {
    expect(needsMarkRule({ ...settings, externalServiceCidrs: [] })).toBe(want);
  },
);

test("a node that knows no block of its VPC refuses to translate everything", () => {
  const settings = { ...DEFAULTS, vpcCidrs: [] };
  expect(() => snatRuleset(settings, NONE)).toThrow(
    expect.objectContaining({ code: "vpcCidrsMissing" }),
  );
  expect(() => snatRuleset({ ...settings, externalSnat: true }, NONE)).not.toThrow();
});
