import { expect, test } from "vitest";
import type { LabStatus, PodStatus } from "../../lab/index.ts";
import { renderLabStatus, renderWelcome } from "./lab-text.ts";

function pod(number: number, rest: Partial<PodStatus>): PodStatus {
  return {
    namespace: "default",
    name: `web-${number}`,
    workload: "web",
    node: "node-a",
    phase: "Running",
    address: `10.0.1.${number}`,
    message: undefined,
    ready: true,
    restarts: 0,
    ...rest,
  };
}

function node(name: string, restarts: number): LabStatus["nodes"][number] {
  return {
    name,
    nodeName: `ip-10-0-1-200.ec2.internal`,
    instanceId: `i-${name}`,
    instanceType: "m5.large",
    zone: "us-east-1a",
    subnet: "private",
    address: "10.0.1.200",
    netns: `/run/netns/berth-first-${name}`,
    maxPods: 29,
    ready: restarts === 0,
    message: restarts === 0 ? undefined : "container runtime network not ready",
    agent: {
      pod: "aws-node-x",
      pid: restarts === 0 ? 42 : undefined,
      restarts,
      lastEnd: undefined,
      logFile: "agent.log",
    },
    containerdSocket: "containerd.sock",
    containerdLog: "containerd.log",
    dir: "/run/berth/labs/first/nodes/node",
  };
}

const FULL: LabStatus = {
  name: "first",
  file: "examples/labs/first.yaml",
  state: "running",
  mode: "kernel",
  pid: 7,
  region: "us-east-1",
  vpcId: "vpc-1",
  endpoints: {
    ec2: "http://127.0.0.1:4000",
    kubernetes: "https://127.0.0.1:4001",
    internetServer: "http://203.0.113.10",
    natAddress: "198.51.100.1",
  },
  kubeconfig: "/run/berth/labs/first/kubeconfig",
  programs: "/run/berth/labs/first/bin",
  namespaces: { router: "/run/netns/berth-first-router" },
  nodes: [node("node-a", 0), node("node-b", 2)],
  pods: [
    pod(1, {}),
    pod(2, { node: "node-b" }),
    pod(3, {
      node: undefined,
      phase: "Pending",
      address: undefined,
      message: "0/2 nodes are available: 2 Too many pods.",
    }),
    pod(4, {
      node: undefined,
      phase: "Pending",
      address: undefined,
      message: "0/2 nodes are available: 2 Too many pods.",
    }),
  ],
  stateDir: "/run/berth/labs/first",
};

const SIMULATED: LabStatus = {
  ...FULL,
  mode: "simulated",
  namespaces: {},
  endpoints: { ...FULL.endpoints, internetServer: undefined, natAddress: undefined },
};

test("the status of a lab", () => {
  expect(renderLabStatus(FULL)).toMatchSnapshot();
});

test("the status of a simulated lab", () => {
  expect(renderLabStatus(SIMULATED)).toMatchSnapshot();
});

test("what is said when a lab is up", () => {
  expect(renderWelcome(FULL, "foreground")).toMatchSnapshot();
});

test("what is said when a lab is up in the background, on a machine that can't run nodes", () => {
  expect(renderWelcome(SIMULATED, "detached")).toMatchSnapshot();
});

test("one pod alone talks to itself; without a way out there is no word of the outside", () => {
  const lonely = { ...FULL, pods: [pod(1, {})], endpoints: SIMULATED.endpoints };
  const text = renderWelcome(lonely, "detached");
  expect(text).toContain("web-1 on node-a answers");
  expect(text).not.toContain("outside");
});
