import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "./harness/lab.ts";
import { labFile, NAT_ADDRESS, OUTSIDE_SERVER } from "./harness/lab-file.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";

const ZONES = ["a", "b"] as const;
const PODS_PER_NODE = 3;

const FILE = labFile({
  name: "e2e-v6",
  ipFamily: "ipv6",
  subnets: { "private-a": "10.0.1.0/24", "private-b": "10.0.2.0/24" },
  nodes: ZONES.map((zone) => ({
    name: `node-${zone}`,
    type: "m5.large",
    subnet: `private-${zone}`,
  })),
  workloads: ZONES.map((zone) => ({
    name: `six-${zone}`,
    node: `node-${zone}`,
    replicas: PODS_PER_NODE,
  })),
});

describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}an IPv6 cluster of two nodes`, () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up(FILE);
    await lab.allRunning(ZONES.length * PODS_PER_NODE);
  });
  afterAll(async () => {
    await lab.down();
  });

  test("each node's pods have addresses of its own /80, one prefix for all", async () => {
    const { nodes, pods } = await lab.status();
    const prefixes = new Set<string>();
    for (const { name } of nodes) {
      const own = pods.filter(({ node }) => node === name).map(({ address }) => String(address));
      expect(own).toHaveLength(PODS_PER_NODE);
      expect(new Set(own.map(prefixOf)).size).toBe(1);
      own.forEach((address) => prefixes.add(prefixOf(address)));
    }
    expect(prefixes.size).toBe(ZONES.length);
  });

  test("R-NET-3: any pod reaches any other by IPv6, which sees the pod's own address", async () => {
    const { pods } = await lab.status();
    const targets = pods.map(({ address }) => `[${String(address)}]`).join(" ");
    for (const pod of pods) {
      const script = `for ip in ${targets}; do timeout 5 wget -qO- http://$ip:8080/ || echo "$ip failed"; done`;
      const answers = (await lab.exec(pod.name, script)).trim().split("\n");
      expect(answers).toEqual(
        pods.map(({ name }) => JSON.stringify({ pod: name, you: pod.address })),
      );
    }
  });

  test("by IPv4 pods reach the outside, with the node's address, which the NAT gateway translates", async () => {
    const { pods } = await lab.status();
    for (const { name } of pods) {
      const seen = await lab.exec(name, `timeout 5 wget -qO- http://${OUTSIDE_SERVER}/`);
      expect(seen).toContain(NAT_ADDRESS);
    }
  });

  test("kubelets probe pods by their IPv6 addresses", async () => {
    const readinessProbe = { httpGet: { path: "/", port: 8080 }, periodSeconds: 1 };
    const containers = [{ name: "main", readinessProbe }];
    const patch = JSON.stringify({ spec: { template: { spec: { containers } } } });
    await lab.kubectl(["patch", "deployment", "six-b", "--patch", patch]);
    await lab.kubectl("rollout status deployment six-b --timeout=60s".split(" "));
    await lab.allRunning(ZONES.length * PODS_PER_NODE);
  });

  test("a restart of the agents keeps every pod's address, and new pods get others", async () => {
    const before = await addresses();
    await lab.kubectl("-n kube-system rollout restart daemonset aws-node".split(" "));
    await lab.kubectl("-n kube-system rollout status daemonset aws-node --timeout=60s".split(" "));
    expect(await addresses()).toEqual(before);
    await lab.kubectl("scale deployment six-a --replicas=5".split(" "));
    await lab.allRunning(ZONES.length * PODS_PER_NODE + 2);
    const after = await addresses();
    expect(new Set(after.values()).size).toBe(after.size);
    for (const [name, address] of before) expect(after.get(name)).toBe(address);
  });

  async function addresses(): Promise<Map<string, unknown>> {
    const { pods } = await lab.status();
    return new Map(pods.map(({ name, address }) => [name, address]));
  }
});

/** All but the last 48 bits: five of an address's eight groups. */
function prefixOf(address: string): string {
  const [before = "", after] = address.split("::");
  const head = before.split(":");
  const tail = after === undefined || after === "" ? [] : after.split(":");
  const zeros = new Array<string>(8 - head.length - tail.length).fill("0");
  return [...head, ...zeros, ...tail].slice(0, 5).join(":");
}
