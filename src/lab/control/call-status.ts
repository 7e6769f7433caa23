import type { InstanceId } from "../../facts/index.ts";
import type { CallLog } from "../ec2/index.ts";
import { accessKeyOf } from "../imds/index.ts";

/** Calls of one action. */
export interface ActionCalls {
  readonly action: string;
  readonly calls: number;
  /** Those that EC2 refused. */
  readonly errors: number;
}

/** Who has called the lab's EC2 API, and what for. */
export interface CallerStatus {
  /** The node's name in the lab, or for others the access key that signed. */
  readonly caller: string;
  /** Undefined for callers that are no node of the lab now. */
  readonly instanceId: string | undefined;
  /** How long the node has lived, in ms of the lab's time. */
  readonly livedMs: number | undefined;
  /** Pods that got an address there; undefined for others than nodes. */
  readonly podStarts: number | undefined;
  readonly calls: number;
  readonly errors: number;
  /** Undefined until a pod has started. */
  readonly perThousandPodStarts: number | undefined;
  readonly actions: readonly ActionCalls[];
}

/** What `lab calls` tells: the calls of nodes, then of others; and all together. */
export interface CallStatus {
  readonly callers: readonly CallerStatus[];
  readonly total: Omit<CallerStatus, "caller" | "instanceId" | "livedMs">;
}

/** A node as far as its calls are concerned. */
export interface CallingNode {
  readonly name: string;
  readonly instanceId: InstanceId;
  readonly livedMs: number | undefined;
  readonly podStarts: number;
}

/** Puts the log of calls and the nodes together. */
export function callStatus(
  log: Pick<CallLog, "byCaller">,
  nodes: readonly CallingNode[],
): CallStatus {
  const byCaller = log.byCaller();
  const known = new Set(nodes.map(({ instanceId }) => accessKeyOf(instanceId)));
  const others = [...byCaller]
    .filter(([key]) => !known.has(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const callers = [
    ...nodes.map(({ name, instanceId, livedMs, podStarts }) => ({
      ...{ caller: name, instanceId, livedMs },
      ...counted(byCaller.get(accessKeyOf(instanceId)) ?? [], podStarts),
    })),
    ...others.map(([key, actions]) => ({
      ...{ caller: key, instanceId: undefined, livedMs: undefined },
      ...counted(actions, undefined),
    })),
  ];
  const starts = nodes.reduce((sum, { podStarts }) => sum + podStarts, 0);
  return { callers, total: counted(merged([...byCaller.values()]), starts) };
}

function counted(
  actions: readonly ActionCalls[],
  podStarts: number | undefined,
): CallStatus["total"] {
  const calls = sum(actions.map((each) => each.calls));
  const errors = sum(actions.map((each) => each.errors));
  const perStart = podStarts === undefined || podStarts === 0 ? undefined : calls / podStarts;
  const perThousandPodStarts = perStart === undefined ? undefined : Math.round(perStart * 1000);
  return { podStarts, calls, errors, perThousandPodStarts, actions };
}

function merged(lists: readonly (readonly ActionCalls[])[]): ActionCalls[] {
  const sums = new Map<string, ActionCalls>();
  for (const { action, calls, errors } of lists.flat()) {
    const known = sums.get(action) ?? { action, calls: 0, errors: 0 };
    sums.set(action, { action, calls: known.calls + calls, errors: known.errors + errors });
  }
  return [...sums.values()].toSorted((a, b) => (a.action < b.action ? -1 : 1));
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
