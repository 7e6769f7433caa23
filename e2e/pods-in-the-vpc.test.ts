import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lab } from "./harness/lab.ts";
import { labFile, NAT_ADDRESS, OUTSIDE_SERVER } from "./harness/lab-file.ts";
import { linkCounters } from "./harness/links.ts";
import { skipNote, whyNoKernel } from "./harness/machine.ts";
import { translatedSources } from "./harness/conntrack.ts";

const ZONES = ["a", "b", "c"] as const;
const PODS_PER_NODE = 20;

const FILE = labFile({
  name: "e2e-vpc",
  subnets: { "private-a": "10.0.1.0/24", "private-b": "10.0.2.0/24", "private-c": "10.0.3.0/24" },
  nodes: ZONES.map((zone) => ({
    name: `node-${zone}`,
    type: "m5.large",
    subnet: `private-${zone}`,
  })),
  workloads: ZONES.map((zone) => ({
    name: `web-${zone}`,
    node: `node-${zone}`,
    replicas: PODS_PER_NODE,
  })),
});

describe.skipIf(whyNoKernel() !== undefined)(`${skipNote()}three m5.large, 20 pods each`, () => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await Lab.up(FILE);
    await lab.allRunning(ZONES.length * PODS_PER_NODE);
  });
  afterAll(async () => {
    await lab.down();
  });

  test("R-NET-1, R-NET-2: every pod's address is on an ENI of its own node, says EC2", async () => {
    const { nodes, pods } = await lab.status();
    for (const node of nodes) {
      const enis = await lab.enis(node.instanceId);
      const held = enis.flatMap(({ secondary }) => secondary);
      const used = pods.filter((pod) => pod.node === node.name).map(({ address }) => address);
      expect(used).toHaveLength(PODS_PER_NODE);
      expect(used.filter((address) => !held.includes(String(address)))).toEqual([]);
      expect(enis.map(({ deviceIndex }) => deviceIndex)).toEqual([0, 1, 2]);
      expect(enis[0]?.primary).toBe(node.address);
    }
    expect(new Set(pods.map(({ address }) => address)).size).toBe(ZONES.length * PODS_PER_NODE);
  });

  test("R-NET-3, R-SNAT-3: any pod reaches any other, which sees the pod's own address", async () => {
    const { pods } = await lab.status();
    const targets = pods.map(({ address }) => address).join(" ");
    for (const pod of pods) {
      const script = `for ip in ${targets}; do timeout 5 wget -qO- http://$ip:8080/ || echo "$ip failed"; done`;
      const answers = (await lab.exec(pod.name, script)).trim().split("\n");
      const want = pods.map(({ name }) => JSON.stringify({ pod: name, you: pod.address }));
      expect(answers).toEqual(want);
    }
  });

  test("R-NET-3, R-SNAT-3: a node's own program and a pod of another node see each other's address", async () => {
    const { nodes, pods } = await lab.status();
    const [from] = nodes;
    const target = pods.find(({ node }) => node !== from?.name);
    const answer = await lab.shell(
      `nsenter --net=${from?.netns} timeout 5 busybox wget -qO- http://${target?.address}:8080/`,
    );
    expect(JSON.parse(answer)).toEqual({ pod: target?.name, you: from?.address });
  });

  test("R-SNAT-1: the node translates to its primary address, the NAT gateway to its own", async () => {
    const { nodes, pods, namespaces } = await lab.status();
    for (const node of nodes) {
      for (const pod of pods.filter((each) => each.node === node.name)) {
        const seen = await lab.exec(pod.name, `timeout 5 wget -qO- http://${OUTSIDE_SERVER}/`);
        expect(seen).toContain(NAT_ADDRESS);
        expect(seen).not.toContain(pod.address);
      }
    }
    const sources = translatedSources(String(namespaces["nat"]), OUTSIDE_SERVER);
    expect([...new Set(sources)].sort()).toEqual(nodes.map(({ address }) => address).sort());
  });

  test("R-NET-2: a pod on a secondary ENI leaves through it, a pod on the primary through that", async () => {
    const { nodes, pods } = await lab.status();
    const [node, other] = nodes;
    if (node === undefined || other === undefined) throw new Error("two nodes are needed");
    const peer = pods.find((pod) => pod.node === other.name)?.address;
    for (const eni of await lab.enis(node.instanceId)) {
      const pod = pods.find(({ address }) => eni.secondary.includes(String(address)));
      if (pod === undefined) throw new Error(`no pod on ${eni.id}`);
      const before = linkCounters(node.netns);
      const script = `i=0; while [ $i -lt 100 ]; do timeout 5 wget -qO- http://${peer}:8080/; i=$((i+1)); done`;
      const answers = await lab.exec(pod.name, script);
      expect(answers.trim().split("\n")).toHaveLength(100);
      const after = linkCounters(node.netns);
      const sent = ["eth0", "eth1", "eth2"].map(
        (link) => (after.get(link)?.sentPackets ?? 0) - (before.get(link)?.sentPackets ?? 0),
      );
      // A request takes four packets at the least; a stray ARP or metadata read may leave by another link.
      const expected = sent.map((_, index) => (index === eni.deviceIndex ? "many" : "few"));
      expect(sent.map((packets) => (packets >= 400 ? "many" : "few"))).toEqual(expected);
    }
  });
});
