import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, Lab, type EniSeen } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const FILE = labFile({
  name: "e2e-warm",
  subnets: { a: "10.0.0.0/22", b: "10.0.4.0/22", c: "10.0.8.0/22" },
  nodes: [
    { name: "ten-warm", type: "m5.xlarge", subnet: "a", env: { WARM_IP_TARGET: 10 } },
    {
      name: "two-warm",
      type: "m5.xlarge",
      subnet: "b",
      env: { WARM_IP_TARGET: 2, MINIMUM_IP_TARGET: 10 },
    },
    { name: "whole-enis", type: "m5.large", subnet: "c" },
  ],
  workloads: [
    { name: "on-ten", node: "ten-warm", replicas: 0 },
    { name: "on-two", node: "two-warm", replicas: 0 },
    { name: "on-enis", node: "whole-enis", replicas: 0 },
  ],
});

describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}the warm pool, as EC2 sees it`, () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up(FILE);
  });
  afterAll(async () => {
    await lab.down();
  });

  /** Scales, and waits until EC2 shows so many secondary addresses on so many ENIs. */
  async function expectHeld(
    { workload, node, pods }: { workload: string; node: string; pods: number },
    want: { addresses: number; enis: number },
  ): Promise<void> {
    await lab.scale(workload, pods);
    const { nodes } = await lab.until(`${pods} pods of ${workload} run`, (status) => {
      const all = status.pods.filter((pod) => pod.workload === workload);
      return all.length === pods && all.every(({ phase }) => phase === "Running");
    });
    const instance = String(nodes.find(({ name }) => name === node)?.instanceId);
    const held = await eventually({ what: JSON.stringify(want), withinMs: 110_000 }, async () => {
      const counts = count(await lab.enis(instance));
      return {
        done: counts.addresses === want.addresses && counts.enis === want.enis,
        value: counts,
      };
    });
    expect(held).toEqual(want);
  }

  test("R-WARM-1: WARM_IP_TARGET=10 and 10 pods are 20 addresses", async () => {
    await expectHeld(
      { workload: "on-ten", node: "ten-warm", pods: 10 },
      { addresses: 20, enis: 2 },
    );
  });

  test.each([
    { pods: 0, addresses: 10, why: "the minimum, though only 2 are to be warm" },
    { pods: 7, addresses: 10, why: "the minimum still covers 7 and 2" },
    { pods: 12, addresses: 14, why: "12 and 2 warm" },
    { pods: 3, addresses: 10, why: "the surplus goes back to the subnet, down to the minimum" },
  ])(
    "R-WARM-2: WARM_IP_TARGET=2 MINIMUM_IP_TARGET=10 and $pods pods are $addresses addresses: $why",
    async ({ pods, addresses }) => {
      await expectHeld({ workload: "on-two", node: "two-warm", pods }, { addresses, enis: 1 });
    },
  );

  test.each([
    { pods: 0, addresses: 9, enis: 1 },
    { pods: 1, addresses: 18, enis: 2 },
    { pods: 10, addresses: 27, enis: 3 },
  ])(
    "R-WARM-3, R-IP-3: by default an m5.large with $pods pods has $enis ENIs, $addresses secondary addresses",
    async ({ pods, addresses, enis }) => {
      await expectHeld({ workload: "on-enis", node: "whole-enis", pods }, { addresses, enis });
    },
  );
});

function count(enis: readonly EniSeen[]): { addresses: number; enis: number } {
  return { addresses: enis.flatMap(({ secondary }) => secondary).length, enis: enis.length };
}
