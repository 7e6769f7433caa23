import type { Node, NodeCondition, Taint } from "kubernetes-types/core/v1";
import type { Lease } from "kubernetes-types/coordination/v1";
import { timeText } from "../../../time/index.ts";
import { conditionOf } from "../objects/condition.ts";
import { createdMs } from "../objects/meta.ts";
import { isSameTaint, TAINT } from "../objects/taint.ts";

/** How long a kubelet may be silent, and how long one that never spoke (`--node-monitor-grace-period`, 40 s). */
export const GRACE = { silentMs: 40_000, neverSeenMs: 60_000 } as const;

const NEVER_UPDATED = "NodeStatusNeverUpdated";

/** When a node was last heard of, by our own clock: the clocks of nodes need not agree. */
export interface Sight {
  /** What it said last: its lease's time and its conditions. */
  readonly word: string;
  readonly heardMs: number;
}

/** What a node should look like. */
export interface NodePlan {
  /** Conditions to set because the kubelet is silent; empty if it is not. */
  readonly conditions: readonly NodeCondition[];
  /** All taints it should have; undefined if it has them. */
  readonly taints: readonly Taint[] | undefined;
}

/** The sight of a node after it was looked at. */
export function look(
  before: Sight | undefined,
  seen: { readonly node: Node; readonly lease: Lease | undefined; readonly nowMs: number },
): Sight {
  const { node, lease, nowMs } = seen;
  const ready = conditionOf(node.status?.conditions, "Ready");
  // What this controller writes for a silent node keeps the heartbeat, or is marked as nobody's.
  const isOurs = ready?.reason === NEVER_UPDATED;
  const heartbeat = isOurs ? "" : (ready?.lastHeartbeatTime ?? "");
  const word = `${lease?.spec?.renewTime ?? ""} ${heartbeat}`;
  if (before?.word === word) return before;
  const hasSpoken = word.trim() !== "";
  return { word, heardMs: hasSpoken ? nowMs : createdMs(node) };
}

/** Decides conditions and taints of a node. */
export function planNode(
  node: Node,
  facts: {
    readonly sight: Sight;
    readonly nowMs: number;
    /** No node is ready: more likely the control plane cannot hear them, so nothing is evicted. */
    readonly isAllDark: boolean;
  },
): NodePlan {
  const conditions = silentConditions(node, facts);
  const after = [
    ...(node.status?.conditions ?? []).filter(
      ({ type }) => !conditions.some((condition) => condition.type === type),
    ),
    ...conditions,
  ];
  return { conditions, taints: taintsOf(node, after, facts) };
}

const WATCHED = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] as const;

function silentConditions(
  node: Node,
  { sight, nowMs }: { readonly sight: Sight; readonly nowMs: number },
): NodeCondition[] {
  const current = node.status?.conditions;
  const isKnown = conditionOf(current, "Ready") !== undefined;
  if (nowMs - sight.heardMs <= (isKnown ? GRACE.silentMs : GRACE.neverSeenMs)) return [];
  return WATCHED.flatMap((type): NodeCondition[] => {
    const before = conditionOf(current, type);
    if (before?.status === "Unknown") return [];
    const lastTransitionTime = timeText(nowMs);
    if (before === undefined) {
      return [
        {
          type,
          status: "Unknown",
          reason: NEVER_UPDATED,
          message: "Kubelet never posted node status.",
          lastHeartbeatTime: node.metadata?.creationTimestamp ?? lastTransitionTime,
          lastTransitionTime,
        },
      ];
    }
    return [
      {
        ...before,
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
        lastTransitionTime,
      },
    ];
  });
}

/** The effects this controller sets for each key; taints of others stay as they are. */
const MANAGED: readonly Taint[] = [
  ...Object.values(TAINT).map((key) => ({ key, effect: "NoSchedule" })),
  { key: TAINT.notReady, effect: "NoExecute" },
  { key: TAINT.unreachable, effect: "NoExecute" },
];

function taintsOf(
  node: Node,
  conditions: readonly NodeCondition[],
  { nowMs, isAllDark }: { readonly nowMs: number; readonly isAllDark: boolean },
): Taint[] | undefined {
  const current = node.spec?.taints ?? [];
  const wanted = wantedTaints(node, conditions, { isAllDark }).map(
    (taint) =>
      current.find((other) => isSameTaint(other, taint)) ?? {
        ...taint,
        timeAdded: timeText(nowMs),
      },
  );
  const foreign = current.filter((taint) => !MANAGED.some((ours) => isSameTaint(ours, taint)));
  const isSame =
    foreign.length + wanted.length === current.length &&
    wanted.every((taint) => current.includes(taint));
  return isSame ? undefined : [...foreign, ...wanted];
}

function wantedTaints(
  node: Node,
  conditions: readonly NodeCondition[],
  { isAllDark }: { readonly isAllDark: boolean },
): Taint[] {
  const statusOf = (type: string): string | undefined => conditionOf(conditions, type)?.status;
  const keys: string[] = [];
  const ready = statusOf("Ready");
  const dark = ready === "False" ? TAINT.notReady : TAINT.unreachable;
  const isDark = ready === "False" || ready === "Unknown";
  if (isDark) keys.push(dark);
  if (statusOf("MemoryPressure") === "True") keys.push(TAINT.memoryPressure);
  if (statusOf("DiskPressure") === "True") keys.push(TAINT.diskPressure);
  if (statusOf("PIDPressure") === "True") keys.push(TAINT.pidPressure);
  if (statusOf("NetworkUnavailable") === "True") keys.push(TAINT.networkUnavailable);
  if (node.spec?.unschedulable === true) keys.push(TAINT.unschedulable);
  return [
    ...keys.map((key) => ({ key, effect: "NoSchedule" })),
    ...(isDark && !isAllDark ? [{ key: dark, effect: "NoExecute" }] : []),
  ];
}
