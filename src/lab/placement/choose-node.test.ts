import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPodFacts } from "./index.ts";
import { away, choose, full, node, pod, view } from "./placement-for-tests.ts";

describe("a view of a cluster", () => {
  it("remembers the pods of a node that goes and comes back", () => {
    const cluster = view([node("a", full)], [pod("1", { node: "a" })]);
    cluster.removeNode("a");
    cluster.removeNode("unknown");
    expect(cluster.nodes()).toEqual([]);
    cluster.setNode(node("a", full));
    expect(choose(cluster, pod("p")).kind).toBe("unschedulable");
    cluster.removePod("default/1");
    expect(choose(cluster, pod("p")).kind).toBe("place");
  });

  it("knows pods of nodes that it has not seen, and forgets both", () => {
    const cluster = view([], [pod("1", { node: "a", ...away("web") })]);
    expect(cluster.nodeOf("default/1")).toBe("a");
    cluster.removePod("default/1");
    cluster.removePod("default/1");
    expect(cluster.nodeOf("default/1")).toBeUndefined();
  });
});

const SEED = 20_261_124;

interface Lot {
  caps: { pods: number; cpu: number }[];
  wants: number[];
}

const lots = fc.record({
  caps: fc.array(
    fc.record({ pods: fc.integer({ min: 0, max: 8 }), cpu: fc.integer({ min: 0, max: 4000 }) }),
    {
      minLength: 1,
      maxLength: 6,
    },
  ),
  wants: fc.array(fc.integer({ min: 0, max: 1500 }), { maxLength: 40 }),
});

it(`never goes beyond a node's allocatable, and refuses only what fits nowhere (seed ${SEED})`, () => {
  fc.assert(
    fc.property(lots, ({ caps, wants }: Lot) => {
      const cluster = view(
        caps.map(({ pods, cpu }, at) =>
          node(`n${at}`, { allocatable: { pods: String(pods), cpu: `${cpu}m` } }),
        ),
      );
      const used = caps.map(() => ({ pods: 0, cpu: 0 }));
      for (const [at, cpu] of wants.entries()) {
        const candidate = pod(`p${at}`, { requests: { cpu: `${cpu}m` } });
        const choice = choose(cluster, candidate);
        const fits = caps.map(
          (cap, index) =>
            (used[index]?.pods ?? 0) < cap.pods && (used[index]?.cpu ?? 0) + cpu <= cap.cpu,
        );
        if (choice.kind === "unschedulable") {
          expect(fits).not.toContain(true);
          continue;
        }
        const index = Number(choice.nodeName.slice(1));
        expect(fits[index]).toBe(true);
        const sum = used[index];
        if (sum !== undefined) {
          sum.pods++;
          sum.cpu += cpu;
        }
        cluster.setPod(readPodFacts(candidate, choice.nodeName));
      }
    }),
    { seed: SEED, numRuns: 200 },
  );
});

it("fills equal nodes evenly: no node gets two pods more than another", () => {
  const cluster = view(Array.from({ length: 7 }, (_, at) => node(`n${at}`)));
  for (let at = 0; at < 50; at++) {
    const candidate = pod(`p${at}`, { owner: "rs" });
    const choice = choose(cluster, candidate);
    if (choice.kind === "place") cluster.setPod(readPodFacts(candidate, choice.nodeName));
  }
  const counts = cluster.nodes().map(({ pods }) => pods.size);
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
});
