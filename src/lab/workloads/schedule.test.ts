import { expect, test } from "vitest";
import { schedule } from "./schedule.ts";

const node = (name: string, maxPods: number, pods: number) => ({ name, maxPods, pods });

test.each([
  {
    name: "the emptiest node",
    nodes: [node("a", 29, 3), node("b", 29, 2), node("c", 29, 4)],
    want: { ok: true, node: "b" },
  },
  {
    name: "of equal ones the first",
    nodes: [node("a", 29, 2), node("b", 29, 2)],
    want: { ok: true, node: "a" },
  },
  {
    name: "R-IP-1: an m5.large takes its 27th pod beside the two on the host's network",
    nodes: [node("a", 29, 26)],
    want: { ok: true, node: "a" },
  },
  {
    name: "R-IP-2: a full node is refused as by the Kubernetes scheduler",
    nodes: [node("a", 29, 27), node("b", 17, 15)],
    want: { ok: false, message: "0/2 nodes are available: 2 Too many pods." },
  },
  {
    name: "no nodes at all",
    nodes: [],
    want: { ok: false, message: "0/0 nodes are available: there are none." },
  },
])("$name", ({ nodes, want }) => {
  expect(schedule(nodes)).toEqual(want);
});
