import { writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ec2, newEc2 } from "../src/agent/index.ts";
import { parseInstanceId } from "../src/facts/index.ts";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const FILE = labFile({
  name: "e2e-groups",
  subnets: { a: "10.0.0.0/22" },
  nodes: [
    { name: "small", type: "m5.large", subnet: "a" },
    { name: "large", type: "m5.4xlarge", subnet: "a" },
  ],
  agentEnv: { WARM_IP_TARGET: 9 },
});

const TYPE = "node.kubernetes.io/instance-type";

/** The ConfigMap with one rule for each instance type. */
function settings(small: string, large: string): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: berth-node-settings, namespace: kube-system }
data:
  rules: |
    - name: small
      selector: { matchLabels: { ${TYPE}: m5.large } }
      set: { WARM_IP_TARGET: ${small} }
    - name: large
      selector:
        matchExpressions: [{ key: ${TYPE}, operator: In, values: [m5.4xlarge, m5.24xlarge] }]
      set: { WARM_IP_TARGET: ${large}, MINIMUM_IP_TARGET: 20 }
`;
}

describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}settings for groups of nodes`, () => {
  let lab: Lab;
  let ec2: Ec2;
  let agents: ReadonlyMap<string, number | undefined>;

  beforeAll(async () => {
    lab = await Lab.up(FILE);
    agents = await agentPids();
    const { region, endpoints } = await lab.status();
    ec2 = await newEc2({
      region,
      endpoint: endpoints.ec2,
      requestTimeoutMs: 10_000,
      attempts: 8,
      transport: { credentials: { accessKeyId: "lab", secretAccessKey: "lab" } },
    });
  });
  afterAll(async () => {
    await lab.down();
  });

  async function agentPids(): Promise<ReadonlyMap<string, number | undefined>> {
    const { nodes } = await lab.status();
    return new Map(nodes.map(({ name, agent }) => [name, agent.pid]));
  }

  /** `kubectl apply -f` of the ConfigMap. */
  async function apply(yaml: string): Promise<void> {
    const file = `${lab.stateRoot}/../settings.yaml`;
    writeFileSync(file, yaml);
    await lab.kubectl(["apply", "-f", file]);
  }

  /** Waits until EC2 shows so many secondary addresses on each node. */
  async function expectAddresses(want: Readonly<Record<string, number>>): Promise<void> {
    const { nodes } = await lab.status();
    const held = await eventually({ what: JSON.stringify(want), withinMs: 60_000 }, async () => {
      const counts = nodes.map(async ({ name, instanceId }) => {
        const instance = parseInstanceId(instanceId);
        const enis = instance === undefined ? [] : await ec2.instanceEnis(instance);
        return [name, enis.flatMap(({ secondaryIpv4s }) => secondaryIpv4s).length] as const;
      });
      const value = Object.fromEntries(await Promise.all(counts));
      return { done: Object.entries(want).every(([name, count]) => value[name] === count), value };
    });
    expect(held).toMatchObject(want);
  }

  test.each([
    { what: "without rules both have what the DaemonSet says", small: 9, large: 9 },
    { what: "each instance type gets its own", rules: settings("1", "12"), small: 1, large: 20 },
    { what: "a change is followed both ways", rules: settings("2", "25"), small: 2, large: 25 },
    { what: "a bad rule leaves what was", rules: settings("5", "plenty"), small: 2, large: 25 },
  ])("$what: $small and $large addresses", async ({ small, large, rules }) => {
    if (rules !== undefined) await apply(rules);
    await expectAddresses({ small, large });
  });

  test("the bad rule and its field are in the events of the nodes, and the log names the rule in force", async () => {
    const described = await eventually({ what: "the event", withinMs: 20_000 }, async () => {
      const value = await lab.kubectl(["describe", "nodes"]);
      return { done: value.includes("InvalidNodeSettings"), value };
    });
    expect(described).toContain('rule "large", field set.WARM_IP_TARGET: must be a whole number');
    // The nodes have read it by now, the rule for small nodes that is fine by itself too.
    await expectAddresses({ small: 2, large: 25 });
    const log = await lab.kubectl([
      "logs",
      "-n",
      "kube-system",
      "-l",
      "k8s-app=aws-node",
      "--tail=200",
    ]);
    expect(log).toContain('"rule":"large"');
    expect(log).toContain('"rule":"small"');
  });

  test("without the ConfigMap the DaemonSet's setting is back, and no agent was restarted", async () => {
    await lab.kubectl(["delete", "configmap", "berth-node-settings", "-n", "kube-system"]);
    await expectAddresses({ small: 9 });
    expect(await agentPids()).toEqual(agents);
  });
});
