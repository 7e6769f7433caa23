import { emptyNode, putPod } from "../placement/index.ts";
import type { NodeState, PodFacts } from "../placement/index.ts";
import type { CandidateType } from "./autoscaler-cloud.ts";
import { candidateNode } from "./candidate-node.ts";

/** An instance that was launched and whose Node has not been seen yet. */
export interface Launch {
  readonly instanceId: string;
  readonly nodeName: string;
  readonly type: CandidateType;
  readonly zone: string;
  readonly launchedMs: number;
}

/** What a launched instance will be as a node, with the pods of the DaemonSets on it. */
export function expectedNode(
  { nodeName, type, zone }: Launch,
  { daemons, pool }: { readonly daemons: readonly PodFacts[]; readonly pool: string },
): NodeState {
  const state = emptyNode(candidateNode(type, { name: nodeName, zone, pool }));
  for (const daemon of daemons)
    if (daemon.selection(state)) putPod(state, { ...daemon, key: `${daemon.key}/${nodeName}` });
  return state;
}
