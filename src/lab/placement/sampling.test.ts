import { describe, expect, it, test } from "vitest";
import { chooseNode, readPodFacts } from "./index.ts";
import { enoughFitting } from "./choose-node.ts";
import { node, pod, view } from "./placement-for-tests.ts";

describe("how many fitting nodes are compared, as by kube-scheduler", () => {
  test.each([
    { nodes: 0, enough: 0 },
    { nodes: 99, enough: 99 },
    { nodes: 100, enough: 100 },
    { nodes: 150, enough: 100 },
    { nodes: 300, enough: 144 },
    { nodes: 1000, enough: 420 },
    { nodes: 5000, enough: 500 },
    { nodes: 10_000, enough: 500 },
  ])("of $nodes nodes: $enough", ({ nodes, enough }) => {
    expect(enoughFitting(nodes)).toBe(enough);
  });
});

describe("in a cluster of 300 nodes", () => {
  const names = Array.from({ length: 300 }, (_, index) => `node-${String(index).padStart(3, "0")}`);

  it("pods in turn reach every node", () => {
    const cluster = view(names.map((name) => node(name)));
    let first = 0;
    for (let count = 0; count < 600; count++) {
      const facts = readPodFacts(pod(`web-${count}`, { owner: "web" }));
      const choice = chooseNode(facts, cluster.nodes(), first);
      if (choice.kind !== "place") throw new Error(choice.message);
      expect(choice.looked).toBe(144);
      first = (first + choice.looked) % names.length;
      cluster.setPod({ ...facts, nodeName: choice.nodeName });
    }
    const counts = cluster.nodes().map(({ pods }) => pods.size);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(1);
    expect(Math.max(...counts)).toBeLessThanOrEqual(3);
  });

  it("the only node that fits is found wherever the look begins", () => {
    const cluster = view(names.map((name) => node(name, { cordoned: name !== "node-007" })));
    for (const first of [0, 7, 8, 299]) {
      const choice = chooseNode(readPodFacts(pod("web")), cluster.nodes(), first);
      expect(choice).toMatchObject({ kind: "place", nodeName: "node-007", looked: 300 });
    }
  });

  it("when none fits, the message counts all", () => {
    const cluster = view(names.map((name) => node(name, { allocatable: { pods: "0" } })));
    expect(chooseNode(readPodFacts(pod("web")), cluster.nodes(), 123)).toMatchObject({
      kind: "unschedulable",
      message: expect.stringContaining("0/300 nodes are available: 300 Too many pods") as string,
    });
  });
});
