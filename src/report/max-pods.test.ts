import { describe, expect, test } from "vitest";
import { instanceTypes, maxPods, type MaxPodsMode } from "../facts/index.ts";
import { renderJson, renderMaxPods } from "./index.ts";

const off: MaxPodsMode = { prefixDelegation: false, customNetworking: false, podEni: false };
const on: MaxPodsMode = { prefixDelegation: true, customNetworking: true, podEni: true };
const shown = ["t3.medium", "m4.large", "m5.large", "m5.4xlarge", "m5.24xlarge", "p5.48xlarge"];

// `npx vitest run src/report -u` accepts a change of these texts.
describe("R-IP-1: what the addresses carry, what the kubelet is told, and which binds, as text", () => {
  test.each([
    { name: "secondary", mode: off },
    { name: "prefixes", mode: { ...off, prefixDelegation: true } },
    { name: "custom-networking", mode: { ...off, customNetworking: true } },
    { name: "pod-eni", mode: { ...off, podEni: true } },
    { name: "everything", mode: on },
  ])("$name", async ({ name, mode }) => {
    const results = instanceTypes()
      .filter(({ type }) => shown.includes(type))
      .map((type) => maxPods(type, mode));
    await expect(renderMaxPods(mode, results)).toMatchFileSnapshot(
      `./__snapshots__/max-pods/${name}.txt`,
    );
  });
});

test("JSON is indented and ends in a newline", () => {
  expect(renderJson([{ type: "m5.large" }])).toBe('[\n  {\n    "type": "m5.large"\n  }\n]\n');
});
