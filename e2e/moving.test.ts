import { readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostVethName } from "../src/dataplane/index.ts";
import type { NodeStatus, PodStatus } from "../src/lab/index.ts";
import { agentReport } from "./harness/agent-report.ts";
import { eventually } from "./harness/eventually.ts";
import { Lab } from "./harness/lab.ts";
import { labFile } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import { podNetns } from "./harness/pod-netns.ts";
import { STOCK_LIST, StockNode } from "./harness/stock-node.ts";
import { startEcho, Stream } from "./harness/stream.ts";

const BERTH = fileURLToPath(new URL("../bin/berth", import.meta.url));
const PODS = 12;
const ECHO_PORT = 7;

const FILE = labFile({
  name: "e2e-move",
  subnets: { a: "10.0.1.0/24", b: "10.0.2.0/24" },
  nodes: [
    { name: "moved", type: "m5.large", subnet: "a" },
    { name: "peer", type: "m5.large", subnet: "b" },
  ],
  workloads: [
    { name: "web", node: "moved", replicas: PODS },
    { name: "caller", node: "peer", replicas: 1 },
  ],
  agentEnv: { WARM_IP_TARGET: 2, MINIMUM_IP_TARGET: 16, IP_COOLDOWN_PERIOD: 1 },
});

/** In order: each stage is what the one before has left. */
describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}a node moves to Berth and back`, () => {
  let lab: Lab;
  let node: NodeStatus;
  let stock: StockNode;
  let web: PodStatus[];
  let stream: Stream;
  /** The address that it is to. */
  let streamed: string;
  let daemonSet: string;
  const servers: Server[] = [];

  beforeAll(async () => {
    lab = await Lab.up(FILE);
    const { nodes, pods } = await lab.allRunning(PODS + 1);
    const found = nodes.find(({ name }) => name === "moved");
    const caller = pods.find(({ workload }) => workload === "caller");
    if (found === undefined || caller === undefined) throw new Error("the lab is not as its file");
    node = found;
    stock = new StockNode(node);
    web = pods.filter(({ workload }) => workload === "web");
    stream = await openStream(caller.name);
    daemonSet = await lab.kubectl(["get", "ds", "aws-node", "-n", "kube-system", "-o", "json"]);
    const report = await agentReport(`${node.dir}/run`);
    await stopAgent();
    stock.becomeStock(report);
  });

  afterAll(async () => {
    stream.close();
    for (const server of servers) server.close();
    await lab.down();
  });

  /** A connection to a pod on the moved node's second ENI. */
  async function openStream(caller: string): Promise<Stream> {
    const second = (await lab.enis(node.instanceId)).find(({ deviceIndex }) => deviceIndex === 1);
    const pod = web.find(({ address = "" }) => second?.secondary.includes(address) === true);
    if (pod?.address === undefined) throw new Error("no pod on the second ENI");
    streamed = pod.address;
    servers.push(startEcho({ netns: podNetns(pod.name), address: pod.address, port: ECHO_PORT }));
    const to = { netns: podNetns(caller), address: pod.address, port: ECHO_PORT };
    const opened = await Stream.open(to, 2000);
    if (opened === undefined) throw new Error("the pod does not answer");
    return opened;
  }

  async function stopAgent(): Promise<void> {
    await lab.kubectl(["delete", "ds", "aws-node", "-n", "kube-system", "--wait=true"]);
    await lab.until("no agent runs", ({ nodes }) =>
      nodes.every(({ agent }) => agent.pod === undefined),
    );
  }

  async function startAgent(): Promise<void> {
    const { metadata, ...rest } = JSON.parse(daemonSet) as { metadata: Record<string, unknown> };
    const { name, namespace, labels } = metadata;
    const fresh = JSON.stringify({
      ...rest,
      metadata: { name, namespace, labels },
      status: undefined,
    });
    const applied = await lab.tryKubectl("kubectl-1.35", ["apply", "-f", "-"], fresh);
    expect(applied.stderr).toBe("");
    await eventually(
      { what: "the agent answers, and its list is the runtime's", withinMs: 60_000 },
      async () => {
        const report = await agentReport(`${node.dir}/run`).catch(() => undefined);
        const [first] = stock.readableLists();
        return {
          done: report !== undefined && first === "10-berth.conflist",
          value: { report, first },
        };
      },
    );
  }

  function addresses(pods: readonly PodStatus[]): (string | undefined)[] {
    return pods.map(({ address }) => address).toSorted();
  }

  test("Berth takes over the VPC CNI's pods: addresses, connections and rules stay", async () => {
    const rules = stock.run("ip", "rule", "show");
    await startAgent();
    const { assignments } = await agentReport(`${node.dir}/run`);
    expect(assignments.map(({ address }) => address).toSorted()).toEqual(addresses(web));
    expect(await stream.echoes()).toBe(true);
    expect(stock.run("ip", "rule", "show")).toBe(rules);
    expect(stock.readableLists()).toEqual(["10-berth.conflist"]);
    expect(stock.run("iptables-save")).not.toContain("AWS-SNAT-CHAIN");
    expect(stock.run("nft", "list", "tables")).toContain("table ip berth");
  });

  test("new pods get other addresses, and pods of the VPC CNI's time can be deleted", async () => {
    await lab.scale("web", PODS + 3);
    const { pods } = await lab.allRunning(PODS + 4);
    const all = pods.filter(({ workload }) => workload === "web");
    expect(new Set(addresses(all)).size).toBe(PODS + 3);
    const victim = web.find(({ address }) => address !== streamed);
    await lab.kubectl(["delete", "pod", String(victim?.name)]);
    await eventually({ what: "its lease is gone", withinMs: 30_000 }, async () => {
      const names = stock.allocations().map(({ metadata }) => metadata.k8sPodName);
      return { done: !names.includes(String(victim?.name)), value: names };
    });
    web = (await lab.allRunning(PODS + 4)).pods.filter(({ workload }) => workload === "web");
  });

  test("and back: what the VPC CNI starts from is as it would have written it", async () => {
    await stopAgent();
    const said = stock.handBack(BERTH);
    expect(said).toContain(`${web.length} pods are in the VPC CNI's checkpoint`);
    const allocations = stock.allocations();
    expect(allocations.map(({ ipv4 }) => ipv4).toSorted()).toEqual(addresses(web));
    const links = stock.run("ip", "-o", "link", "show");
    for (const { networkName, ifName, metadata } of allocations) {
      expect([networkName, ifName]).toEqual(["aws-cni", "eth0"]);
      // By this name its agent decides whether a pod still lives.
      const pod = { namespace: metadata.k8sPodNamespace, name: metadata.k8sPodName };
      expect(links).toContain(`${hostVethName(pod)}@`);
    }
    expect(stock.readableLists()).toEqual(["10-aws.conflist"]);
    expect(JSON.parse(readFileSync(`${stock.lists}/10-aws.conflist`, "utf8"))).toEqual(STOCK_LIST);
    expect(stock.run("nft", "list", "tables")).not.toContain("table ip berth");
    expect(await stream.echoes()).toBe(true);
  });

  test("and to Berth again, from what the VPC CNI wrote last", async () => {
    // Its agent writes the file when it starts; from then on Berth's own is the older one.
    writeFileSync(stock.checkpoint, readFileSync(stock.checkpoint));
    await startAgent();
    const { assignments } = await agentReport(`${node.dir}/run`);
    expect(assignments.map(({ address }) => address).toSorted()).toEqual(addresses(web));
    expect(await stream.echoes()).toBe(true);
  });
});
