import { TestNamespaces } from "./testing/test-netns.ts";
import * as t from "./testing/topology.ts";
import * as d from "./index.ts";
const n = new TestNamespaces();
const stat = (l: string, R: number[]) => {
  R.sort((a, b) => a - b);
  console.log(
    l,
    "p50",
    R[R.length >> 1]!.toFixed(3),
    "p99",
    R[Math.floor(R.length * 0.99)]!.toFixed(3),
    "min",
    R[0]!.toFixed(3),
  );
};
try {
  t.buildTopology(n);
  const node = n.path("node");
  d.setUpHost(t.hostSettings(node));
  d.setUpEni(t.eniSettings(node));
  const W: number[] = [],
    U: number[] = [];
  for (let i = 0; i < 200; i++) {
    const pod = n.create("p" + i);
    const w = {
      ...t.podWiring("b", { host: node, pod }),
      hostVethName: d.hostVethName({ namespace: "x", name: "p" + i }),
      address: t.ip("10.0.1." + (20 + i)),
    };
    let t0 = performance.now();
    d.wirePod(w);
    W.push(performance.now() - t0);
    t0 = performance.now();
    d.unwirePod(w);
    U.push(performance.now() - t0);
  }
  stat("wire", W);
  stat("unwire", U);
} finally {
  n.deleteAll();
}
