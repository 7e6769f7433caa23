import type { Lease } from "kubernetes-types/coordination/v1";
import type { Node, NodeCondition, Taint } from "kubernetes-types/core/v1";
import { describe, expect, it, test } from "vitest";
import { ago, nodeNamed, NOW_MS, podNamed } from "../testing/objects-for-tests.ts";
import { evictionMs } from "./eviction.ts";
import { look, planNode, type Sight } from "./plan.ts";

const SEEN: Sight = { word: "", heardMs: NOW_MS - 1000 };
const SILENT: Sight = { word: "", heardMs: NOW_MS - 41_000 };

function nodeThat(
  status: Readonly<Record<string, string>>,
  { taints, isCordoned = false }: { taints?: Taint[]; isCordoned?: boolean } = {},
): Node {
  const conditions = Object.entries(status).map(([type, value]): NodeCondition => ({
    type,
    status: value,
    lastHeartbeatTime: ago(50),
  }));
  const node = nodeNamed("a", taints === undefined ? {} : { taints });
  const spec = { ...node.spec, ...(isCordoned ? { unschedulable: true } : {}) };
  return { ...node, spec, status: { conditions } };
}

function taintsOf(node: Node, sight = SEEN, isAllDark = false): readonly string[] | undefined {
  return planNode(node, { sight, nowMs: NOW_MS, isAllDark }).taints?.map(
    ({ key, effect }) => `${key.replace("node.kubernetes.io/", "")}:${effect}`,
  );
}

describe("planNode", () => {
  test.each([
    { name: "ready: none", node: nodeThat({ Ready: "True" }), want: undefined },
    {
      name: "not ready",
      node: nodeThat({ Ready: "False" }),
      want: ["not-ready:NoSchedule", "not-ready:NoExecute"],
    },
    {
      name: "unknown",
      node: nodeThat({ Ready: "Unknown" }),
      want: ["unreachable:NoSchedule", "unreachable:NoExecute"],
    },
    {
      name: "cordoned",
      node: nodeThat({ Ready: "True" }, { isCordoned: true }),
      want: ["unschedulable:NoSchedule"],
    },
    {
      name: "under pressure",
      node: nodeThat({ Ready: "True", MemoryPressure: "True", DiskPressure: "False" }),
      want: ["memory-pressure:NoSchedule"],
    },
    {
      name: "ready again, with a taint of someone else",
      node: nodeThat(
        { Ready: "True" },
        {
          taints: [
            { key: "node.kubernetes.io/not-ready", effect: "NoSchedule" },
            { key: "mine", effect: "NoSchedule" },
          ],
        },
      ),
      want: ["mine:NoSchedule"],
    },
    {
      name: "silent: unreachable at once",
      node: nodeThat({ Ready: "True" }),
      sight: SILENT,
      want: ["unreachable:NoSchedule", "unreachable:NoExecute"],
    },
    {
      name: "silent, as all others: nobody is evicted",
      node: nodeThat({ Ready: "True" }),
      sight: SILENT,
      isAllDark: true,
      want: ["unreachable:NoSchedule"],
    },
  ])("$name", ({ node, sight, isAllDark, want }) => {
    expect(taintsOf(node, sight, isAllDark)).toEqual(want);
  });

  it("makes the conditions of a silent node Unknown, in the kubelet's name", () => {
    const node = nodeThat({ Ready: "True", DiskPressure: "False", PIDPressure: "Unknown" });
    const { conditions } = planNode(node, { sight: SILENT, nowMs: NOW_MS, isAllDark: false });
    expect(
      conditions.map(({ type, status, reason }) => `${type} ${status} ${reason ?? ""}`),
    ).toEqual([
      "Ready Unknown NodeStatusUnknown",
      "MemoryPressure Unknown NodeStatusNeverUpdated",
      "DiskPressure Unknown NodeStatusUnknown",
    ]);
    expect(conditions[0]?.message).toBe("Kubelet stopped posting node status.");
  });

  it("gives a node that has never spoken a minute", () => {
    const facts = { nowMs: NOW_MS, isAllDark: false };
    const young = { word: " ", heardMs: NOW_MS - 59_000 };
    expect(planNode(nodeThat({}), { ...facts, sight: young }).conditions).toEqual([]);
    const old = { word: " ", heardMs: NOW_MS - 61_000 };
    expect(planNode(nodeThat({}), { ...facts, sight: old }).conditions).toHaveLength(4);
  });
});

describe("look", () => {
  const lease = (renewTime: string): Lease => ({ spec: { renewTime } });
  const node = nodeThat({ Ready: "True" });

  it("hears a renewed lease and a heartbeat, each by our own clock", () => {
    const first = look(undefined, { node, lease: lease("1"), nowMs: 1000 });
    expect(first.heardMs).toBe(1000);
    expect(look(first, { node, lease: lease("1"), nowMs: 2000 })).toBe(first);
    expect(look(first, { node, lease: lease("2"), nowMs: 3000 }).heardMs).toBe(3000);
    const beating: Node = {
      ...node,
      status: { conditions: [{ type: "Ready", status: "True", lastHeartbeatTime: ago(1) }] },
    };
    expect(look(first, { node: beating, lease: lease("1"), nowMs: 4000 }).heardMs).toBe(4000);
  });

  it("does not take our own Unknown for a word of the node", () => {
    const first = look(undefined, { node, lease: undefined, nowMs: 1000 });
    const plan = planNode(node, { sight: SILENT, nowMs: NOW_MS, isAllDark: false });
    const after = { ...node, status: { conditions: [...plan.conditions] } };
    expect(look(first, { node: after, lease: undefined, nowMs: 9000 })).toBe(first);
    const mute = nodeThat({});
    const never = planNode(mute, {
      sight: { word: "", heardMs: 0 },
      nowMs: NOW_MS,
      isAllDark: false,
    });
    const marked = { ...mute, status: { conditions: [...never.conditions] } };
    const before = look(undefined, { node: mute, lease: undefined, nowMs: NOW_MS });
    expect(look(before, { node: marked, lease: undefined, nowMs: NOW_MS + 1 })).toBe(before);
  });
});

describe("evictionMs", () => {
  const taint = { key: "t", effect: "NoExecute", timeAdded: ago(100) };
  const node = nodeNamed("a", { taints: [taint] });
  const pod = (tolerationSeconds?: number, key = "t"): ReturnType<typeof podNamed> =>
    podNamed("p", {
      node: "a",
      spec: {
        tolerations: [
          {
            key,
            operator: "Exists",
            ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
          },
        ],
      },
    });

  test.each([
    { name: "not tolerated: now", pod: pod(undefined, "other"), want: NOW_MS },
    { name: "tolerated for ever: never", pod: pod(), want: undefined },
    { name: "tolerated for a time: then", pod: pod(300), want: NOW_MS + 200_000 },
    { name: "tolerated for less than has passed: since", pod: pod(0), want: NOW_MS - 100_000 },
  ])("$name", (row) => {
    expect(evictionMs(row.pod, { node, nowMs: NOW_MS })).toBe(row.want);
  });

  it("leaves pods of nodes without such a taint", () => {
    expect(evictionMs(pod(), { node: nodeNamed("b"), nowMs: NOW_MS })).toBeUndefined();
  });
});
