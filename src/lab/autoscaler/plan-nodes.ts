import { checkFor, emptyNode, putPod } from "../placement/index.ts";
import type { NodeCheck, NodeState, PodFacts } from "../placement/index.ts";
import type { CandidateType } from "./autoscaler-cloud.ts";
import { candidateNode } from "./candidate-node.ts";

/** What there is and what may be added. */
export interface PlanInput {
  readonly pods: readonly PodFacts[];
  /** The nodes there are and those that are on their way. Pods are put on them, so they must be copies. */
  readonly nodes: readonly NodeState[];
  readonly types: readonly CandidateType[];
  readonly zones: readonly { readonly zone: string; readonly freeAddresses: number }[];
  /** A pod of each DaemonSet. */
  readonly daemons: readonly PodFacts[];
  readonly newNodesMax: number;
  readonly pool: string;
}

/** A node that should be added. */
export interface PlannedNode {
  /** The cheapest that takes all its pods. */
  readonly type: CandidateType;
  readonly zone: string;
  readonly pods: readonly PodFacts[];
}

/** Where each pod should go. */
export interface Plan {
  readonly planned: readonly PlannedNode[];
  /** Pods that fit on nodes there are, or will be, anyway. */
  readonly fitting: readonly { readonly pod: PodFacts; readonly nodeName: string }[];
  readonly refused: readonly { readonly pod: PodFacts; readonly why: string }[];
}

/**
 * Packs pods as Karpenter does: the largest first; on a node that exists or is planned, if one has room; else on a new
 * one, which stays open to every type that takes its pods until all are placed and then becomes the cheapest of them.
 * New nodes go to the zone with the most free addresses in which there is a type for the pod.
 */
export function planNodes(input: PlanInput): Plan {
  const drafts: Draft[] = [];
  const fitting: { pod: PodFacts; nodeName: string }[] = [];
  const refused: { pod: PodFacts; why: string }[] = [];
  const free = new Map(input.zones.map(({ zone, freeAddresses }) => [zone, freeAddresses]));

  for (const pod of input.pods.toSorted(bySize)) {
    const check = checkFor(pod, [...input.nodes, ...drafts.map(({ options }) => options[0].state)]);
    const node = input.nodes.find((each) => check(each) === undefined);
    if (node !== undefined) {
      putPod(node, pod);
      fitting.push({ pod, nodeName: node.name });
      continue;
    }
    if (drafts.some((draft) => join(draft, pod, check))) continue;
    const opened = openDraft(input, { free, check, pod, number: drafts.length });
    if (typeof opened === "string") refused.push({ pod, why: opened });
    else drafts.push(opened);
  }
  return {
    planned: drafts.map(({ options, zone, pods }) => ({ type: options[0].type, zone, pods })),
    fitting,
    refused,
  };
}

interface Option {
  readonly type: CandidateType;
  /** All options of a draft share what is on them. */
  readonly state: NodeState;
}

interface Draft {
  readonly zone: string;
  readonly pods: PodFacts[];
  /** The cheapest first. */
  options: readonly [Option, ...Option[]];
}

function join(draft: Draft, pod: PodFacts, check: NodeCheck): boolean {
  const [first, ...others] = draft.options.filter(({ state }) => check(state) === undefined);
  if (first === undefined) return false;
  draft.options = [first, ...others];
  draft.pods.push(pod);
  putPod(first.state, pod);
  return true;
}

/** A draft with the pod on it, or why there is none. */
function openDraft(
  { types, daemons, newNodesMax, pool }: PlanInput,
  {
    free,
    check,
    pod,
    number,
  }: { free: Map<string, number>; check: NodeCheck; pod: PodFacts; number: number },
): Draft | string {
  if (number >= newNodesMax) return `the limit of nodepool "${pool}" is reached`;
  if (types.length === 0) return `nodepool "${pool}" has no instance types`;
  if (free.size === 0) return `no subnet of nodepool "${pool}" can take a node now`;
  const cheapestFirst = types.toSorted(byPrice);
  const reasons = new Set<string>();
  for (const zone of [...free.keys()].toSorted((a, b) => (free.get(b) ?? 0) - (free.get(a) ?? 0))) {
    const [first, ...others] = newOptions(cheapestFirst, { name: `new-${number}`, zone, pool });
    if (first === undefined) break;
    const draft: Draft = { zone, pods: [], options: [first, ...others] };
    for (const daemon of daemons)
      if (daemon.selection(first.state))
        putPod(first.state, { ...daemon, key: `${daemon.key}/new` });
    if (join(draft, pod, check)) {
      const fewest = Math.min(...draft.options.map(({ type }) => type.allocatable["pods"] ?? 0));
      free.set(zone, (free.get(zone) ?? 0) - fewest);
      return draft;
    }
    for (const { state } of draft.options)
      for (const reason of check(state)?.reasons ?? []) reasons.add(reason);
  }
  return `no instance type of nodepool "${pool}" would do: ${[...reasons].toSorted().join(", ")}`;
}

function newOptions(
  types: readonly CandidateType[],
  place: { name: string; zone: string; pool: string },
): Option[] {
  const options = types.map((type) => ({ type, state: emptyNode(candidateNode(type, place)) }));
  const shared = options[0]?.state;
  if (shared === undefined) return [];
  const { pods, guarded, requested, groups, owned } = shared;
  return options.map(({ type, state }) => ({
    type,
    state: { ...state, pods, guarded, requested, groups, owned },
  }));
}

function byPrice(a: CandidateType, b: CandidateType): number {
  return a.usdPerHour - b.usdPerHour || (a.type < b.type ? -1 : 1);
}

function bySize(a: PodFacts, b: PodFacts): number {
  const of = ({ requests }: PodFacts, name: string): number => requests.get(name) ?? 0;
  return (
    of(b, "cpu") - of(a, "cpu") || of(b, "memory") - of(a, "memory") || (a.key < b.key ? -1 : 1)
  );
}
