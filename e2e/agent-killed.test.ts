import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { AgentStatus } from "../src/lab/index.ts";
import { agentReport } from "./harness/agent-report.ts";
import { BurstPod } from "./harness/burst-pod.ts";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import { NodeNamespaces } from "./harness/node-namespaces.ts";

const STEADY = 8;
const BURST = 25;

const FILE = labFile({
  name: "e2e-kill",
  subnets: { a: "10.0.0.0/22", b: "10.0.4.0/22" },
  nodes: [
    { name: "sturdy", type: "m5.4xlarge", subnet: "a" },
    { name: "peer", type: "m5.large", subnet: "b" },
  ],
  workloads: [
    { name: "steady", node: "sturdy", replicas: STEADY },
    { name: "caller", node: "peer", replicas: 1 },
  ],
  agentEnv: { WARM_IP_TARGET: 10, MINIMUM_IP_TARGET: 120, IP_COOLDOWN_PERIOD: 2 },
});

describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}the agent killed in a burst`, () => {
  let lab: Lab;
  let alive: BurstPod[] = [];
  let onCallEnd: () => void = () => undefined;

  beforeAll(async () => {
    lab = await Lab.up(FILE);
    await lab.allRunning(STEADY + 1);
  });
  /** Resolves when so many calls of the plugin have ended from now on. */
  function afterCalls(count: number): Promise<void> {
    return new Promise((resolve) => {
      let ended = 0;
      onCallEnd = () => {
        ended += 1;
        if (ended === count) resolve();
      };
      if (count === 0) setImmediate(resolve);
    });
  }

  // A container that dies again and again is started ever later; another pod of the DaemonSet begins anew.
  afterEach(async () => {
    const agentOf = async (): Promise<AgentStatus | undefined> =>
      (await lab.status()).nodes.find(({ name }) => name === "sturdy")?.agent;
    const before = await agentOf();
    await lab.kubectl(["delete", "pod", "-n", "kube-system", String(before?.pod)]);
    await eventually({ what: "another agent runs", withinMs: 60_000 }, async () => {
      const now = await agentOf();
      return { done: now?.pod !== before?.pod && now?.pid !== undefined, value: now };
    });
  });

  afterAll(async () => {
    try {
      await Promise.all(alive.map((pod) => pod.stop()));
    } finally {
      await lab.down();
    }
  });

  // By how many calls have ended the kill meets the others at different places.
  test.each([{ callsBefore: 0 }, { callsBefore: 3 }, { callsBefore: 12 }, { callsBefore: 25 }])(
    "killed when $callsBefore of 25 ADDs and 25 DELs are done: no address has two owners, none is lost, running pods keep working",
    async ({ callsBefore }) => {
      const { nodes, pods } = await lab.status();
      const node = nodes.find(({ name }) => name === "sturdy");
      if (node?.agent.pid === undefined) throw new Error("the agent does not run");
      const socket = `${node.dir}/run/cni.sock`;
      const namespaces = new NodeNamespaces(node.dir);
      const caller = pods.find(({ workload }) => workload === "caller");
      const steady = pods.filter(({ workload }) => workload === "steady");

      const leaving = alive;
      alive = Array.from(
        { length: BURST },
        (_, index) =>
          new BurstPod({
            name: `burst-${callsBefore}-${index}`,
            socket,
            namespaces,
            ended: () => {
              onCallEnd();
            },
          }),
      );
      const targets = steady.map(({ address }) => address).join(" ");
      const calls = lab.exec(
        String(caller?.name),
        `n=0; while [ $n -lt 30 ]; do for ip in ${targets}; do timeout 3 wget -qO- http://$ip:8080/ || echo failed; done; n=$((n+1)); done`,
      );
      const due = afterCalls(callsBefore);
      const burst = Promise.all([
        ...alive.map((pod) => pod.start()),
        ...leaving.map((pod) => pod.stop()),
      ]);
      await due;
      process.kill(node.agent.pid, "SIGKILL");
      const failures = (await burst).reduce((sum, count) => sum + count, 0);
      // If nothing failed, the kill came too late to test anything.
      expect(failures).toBeGreaterThan(0);

      const answers = (await calls).trim().split("\n");
      expect(answers).toHaveLength(30 * STEADY);
      expect(answers.filter((answer) => !answer.includes(String(caller?.address)))).toEqual([]);

      const want = [
        ...steady.map(({ name, address }) => `${name} ${address}`),
        ...alive.map((pod) => `${pod.name} ${pod.answered}`),
      ].sort();
      const held = await eventually({ what: "the agent answers", withinMs: 30_000 }, async () => {
        const report = await agentReport(`${node.dir}/run`).catch(() => undefined);
        return { done: report !== undefined, value: report };
      });
      const owners = held?.assignments.map(({ name, address }) => `${name} ${address}`).sort();
      expect(owners).toEqual(want);
      expect(new Set(held?.assignments.map(({ address }) => address)).size).toBe(want.length);
      for (const pod of alive) expect(pod.configured).toEqual([pod.answered]);

      const secondary = (await lab.enis(node.instanceId)).flatMap((eni) => eni.secondary);
      const foreign = held?.assignments.filter(({ address }) => !secondary.includes(address));
      expect(foreign).toEqual([]);
    },
  );
});
