import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EniSeen } from "./harness/enis.ts";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const FILE = labFile({
  name: "e2e-warm",
  subnets: { a: "10.0.0.0/22", b: "10.0.4.0/22" },
  nodes: [
    { name: "small", type: "m5.large", subnet: "a" },
    { name: "large", type: "m5.xlarge", subnet: "b" },
  ],
  workloads: [
    { name: "on-small", node: "small", replicas: 0 },
    { name: "on-large", node: "large", replicas: 0 },
  ],
});

interface Held {
  readonly addresses: number;
  readonly enis: number;
}

describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}the warm pool, as EC2 sees it`, () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up(FILE);
  });
  afterAll(async () => {
    await lab.down();
  });

  /** Scales a node's workload, and waits until EC2 shows so many secondary addresses on so many ENIs. */
  async function expectHeld(node: "small" | "large", pods: number, want: Held): Promise<void> {
    await lab.scale(`on-${node}`, pods);
    const { nodes } = await lab.until(`${pods} pods on ${node} run`, (status) => {
      const all = status.pods.filter((pod) => pod.workload === `on-${node}`);
      return all.length === pods && all.every(({ phase }) => phase === "Running");
    });
    const instance = String(nodes.find(({ name }) => name === node)?.instanceId);
    const held = await eventually({ what: JSON.stringify(want), withinMs: 110_000 }, async () => {
      const value = count(await lab.enis(instance));
      return { done: value.addresses === want.addresses && value.enis === want.enis, value };
    });
    expect(held).toEqual(want);
  }

  /** `kubectl set env daemonset aws-node …`, and waits until every agent has it. */
  async function setEnv(...settings: readonly string[]): Promise<void> {
    await lab.kubectl(["set", "env", "daemonset", "aws-node", ...settings, "-n", "kube-system"]);
    await lab.kubectl(["rollout", "status", "daemonset", "aws-node", "-n", "kube-system"]);
  }

  test.each([
    { pods: 0, addresses: 9, enis: 1 },
    { pods: 1, addresses: 18, enis: 2 },
    { pods: 10, addresses: 27, enis: 3 },
  ])(
    "R-WARM-3, R-IP-3: by default an m5.large with $pods pods has $enis ENIs, $addresses secondary addresses",
    async ({ pods, ...want }) => {
      await expectHeld("small", pods, want);
    },
  );

  test("R-WARM-5: WARM_IP_TARGET=2 MINIMUM_IP_TARGET=10 gives the surplus of a node with 10 pods back", async () => {
    await setEnv("WARM_IP_TARGET=2", "MINIMUM_IP_TARGET=10");
    await expectHeld("small", 10, { addresses: 12, enis: 2 });
  });

  test.each([
    { pods: 0, addresses: 10, why: "the minimum, though only 2 are to be warm" },
    { pods: 7, addresses: 10, why: "the minimum still covers 7 and 2" },
    { pods: 12, addresses: 14, why: "12 and 2 warm" },
    { pods: 3, addresses: 10, why: "the surplus goes back to the subnet, down to the minimum" },
  ])(
    "R-WARM-2: WARM_IP_TARGET=2 MINIMUM_IP_TARGET=10 and $pods pods are $addresses addresses: $why",
    async ({ pods, addresses }) => {
      await expectHeld("large", pods, { addresses, enis: 1 });
    },
  );

  test("R-WARM-1: WARM_IP_TARGET=10 and 10 pods are 20 addresses", async () => {
    await setEnv("WARM_IP_TARGET=10", "MINIMUM_IP_TARGET-");
    await expectHeld("large", 10, { addresses: 20, enis: 2 });
  });
});

function count(enis: readonly EniSeen[]): Held {
  return { addresses: enis.flatMap(({ secondary }) => secondary).length, enis: enis.length };
}
