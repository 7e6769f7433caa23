import { writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import { podNetns } from "./harness/pod-netns.ts";
import { startEcho, Stream } from "./harness/stream.ts";

const STEADY = 12;
const PORT = 7;
const ANSWER_MS = 5_000;

// Twelve pods on an m5.large: some are on its primary ENI, some on its second.
const FILE = labFile({
  name: "e2e-modes",
  // Zones a, b and c in turn: pods' subnet must be in the nodes' zone.
  subnets: { nodes: "10.0.0.0/22", b: "10.0.8.0/24", c: "10.0.9.0/24", pods: "100.64.0.0/20" },
  secondaryCidrs: ["100.64.0.0/16"],
  nodes: [
    { name: "one", type: "m5.large", subnet: "nodes" },
    { name: "peer", type: "t3.small", subnet: "nodes" },
  ],
  workloads: [
    { name: "steady", node: "one", replicas: STEADY },
    { name: "caller", node: "peer", replicas: 1 },
  ],
});

/** One `kubectl set env`, and where the addresses of a pod that starts after it are. */
interface Switch {
  readonly name: string;
  readonly set: readonly string[];
  readonly newPodIn?: RegExp;
}

const NODE_SUBNET = /^10\.0\.[0-3]\./;

const SWITCHES: readonly Switch[] = [
  {
    name: "R-PD-1: prefix delegation",
    set: ["ENABLE_PREFIX_DELEGATION=true", "WARM_PREFIX_TARGET=1"],
    newPodIn: NODE_SUBNET,
  },
  {
    name: "R-WARM-5: targets with prefix delegation, another cooldown",
    set: ["WARM_IP_TARGET=5", "MINIMUM_IP_TARGET=20", "IP_COOLDOWN_PERIOD=10"],
  },
  {
    name: "R-PD-4: back to single addresses, with the stock plugin's rules",
    set: ["ENABLE_PREFIX_DELEGATION-", "WARM_PREFIX_TARGET-", "BERTH_POLICY=stock"],
    newPodIn: NODE_SUBNET,
  },
  {
    name: "R-CN-3: custom networking, which the nodes' old ENIs do not follow",
    set: [
      "BERTH_POLICY-",
      "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG=true",
      "ENI_CONFIG_LABEL_DEF=topology.kubernetes.io/zone",
    ],
  },
  {
    name: "custom networking with prefix delegation, and fewer ENIs",
    set: ["ENABLE_PREFIX_DELEGATION=true", "MAX_ENI=3"],
  },
  {
    name: "no subnet discovery, no ports for people to ask, and the log's level",
    set: [
      "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG-",
      "ENI_CONFIG_LABEL_DEF-",
      "ENABLE_PREFIX_DELEGATION-",
      "MAX_ENI-",
      "ENABLE_SUBNET_DISCOVERY=false",
      "DISABLE_INTROSPECTION=true",
      "DISABLE_METRICS=true",
      "AWS_VPC_K8S_CNI_LOGLEVEL=debug",
    ],
    newPodIn: NODE_SUBNET,
  },
  {
    name: "nothing provisioned by the node",
    set: ["ENABLE_IMDS_ONLY_MODE=true"],
  },
  {
    name: "the defaults again",
    set: [
      ...["WARM_IP_TARGET-", "MINIMUM_IP_TARGET-", "IP_COOLDOWN_PERIOD-"],
      ...["ENABLE_SUBNET_DISCOVERY-", "DISABLE_INTROSPECTION-", "DISABLE_METRICS-"],
      ...["AWS_VPC_K8S_CNI_LOGLEVEL-", "ENABLE_IMDS_ONLY_MODE-"],
    ],
    newPodIn: NODE_SUBNET,
  },
];

describe.skipIf(whyNoKernel() !== undefined)(
  `${skipNote()}modes, switched while pods hold connections`,
  () => {
    const servers: Server[] = [];
    const streams = new Map<string, Stream>();
    let lab: Lab;

    beforeAll(async () => {
      lab = await Lab.up(FILE);
      const { pods } = await lab.allRunning(STEADY + 1);
      const caller = pods.find(({ workload }) => workload === "caller");
      if (caller === undefined) throw new Error("the lab has no caller");
      for (const { name, workload, address = "" } of pods) {
        if (workload !== "steady") continue;
        servers.push(startEcho({ netns: podNetns(name), address, port: PORT }));
        const to = { netns: podNetns(caller.name), address, port: PORT };
        const stream = await Stream.open(to, ANSWER_MS);
        if (stream !== undefined) streams.set(name, stream);
      }
      expect(streams.size).toBe(STEADY);
      await applyEniConfig();
      // All nodes at once: the test waits for each change.
      const strategy = { spec: { updateStrategy: { rollingUpdate: { maxUnavailable: "100%" } } } };
      const patch = ["--type=merge", `--patch=${JSON.stringify(strategy)}`];
      await lab.kubectl(["patch", "daemonset", "aws-node", "-n", "kube-system", ...patch]);
    });
    afterAll(async () => {
      for (const stream of streams.values()) stream.close();
      for (const server of servers) server.close();
      await lab.down();
    });

    async function applyEniConfig(): Promise<void> {
      const answer = await lab.aws(
        "ec2 describe-subnets --filters Name=cidr-block,Values=100.64.0.0/20 --query Subnets[0]",
      );
      const { SubnetId: subnet } = answer as { SubnetId: string };
      const file = `${lab.stateRoot}/../eniconfigs.yaml`;
      const configs = ["a", "b"].map((zone) => ({
        apiVersion: "crd.k8s.amazonaws.com/v1alpha1",
        kind: "ENIConfig",
        metadata: { name: `us-east-1${zone}` },
        spec: { subnet },
      }));
      writeFileSync(file, configs.map((config) => JSON.stringify(config)).join("\n---\n"));
      await lab.kubectl(["apply", "-f", file]);
    }

    async function silent(): Promise<string[]> {
      const answers = await Promise.all(
        [...streams].map(async ([name, stream]) => ((await stream.echoes()) ? [] : [name])),
      );
      return answers.flat();
    }

    test.each(SWITCHES)("$name", async ({ set, newPodIn }) => {
      const before = await lab.status();
      await lab.kubectl(["set", "env", "daemonset", "aws-node", "-n", "kube-system", ...set]);
      await lab.kubectl(["rollout", "status", "daemonset", "aws-node", "-n", "kube-system"]);
      expect(await silent()).toEqual([]);
      if (newPodIn !== undefined) {
        await lab.scale("steady", STEADY + 1);
        const { pods } = await lab.allRunning(STEADY + 2);
        const known = new Set(before.pods.map(({ name }) => name));
        const fresh = pods.find(({ name }) => !known.has(name));
        expect(fresh?.address).toMatch(newPodIn);
        await lab.scale("steady", STEADY);
        await lab.allRunning(STEADY + 1);
      }
      expect(await silent()).toEqual([]);
      const shown = ({ pods }: typeof before): unknown[] =>
        pods
          .filter(({ name }) => streams.has(name))
          .map(({ name, address, restarts }) => ({ name, address, restarts }));
      expect(shown(await lab.status())).toEqual(shown(before));
    });
  },
);
