import type { Node, Pod } from "kubernetes-types/core/v1";
import { NODES, openInformer, PODS } from "../../kube-client/index.ts";
import type { InformerChange, KubeClient } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import { chooseNode, newClusterView, readPodFacts } from "../placement/index.ts";
import type { ClusterView } from "../placement/index.ts";
import { newOutcomeWriter } from "./outcome-writer.ts";
import { newPendingPods } from "./pending-pods.ts";
import type { PendingPod, PendingPods } from "./pending-pods.ts";

/** What a scheduler needs. */
export interface SchedulerOptions {
  readonly client: KubeClient;
  readonly time: Time;
  /** Told of exceptions that only a bug can cause; the scheduler goes on. */
  readonly onBug: (error: unknown) => void;
}

/** A running scheduler. */
export interface Scheduler {
  /** Places nothing any more. Resolves when the bindings under way are done. */
  close(): Promise<void>;
}

const SCHEDULER_NAME = "default-scheduler";
/** Enough to keep the API server busy; what is decided meanwhile counts them as done. */
const BINDINGS_MAX = 64;
/** Decisions between two looks at the network. */
const DECISIONS_PER_TURN = 16;
// kube-scheduler looks every 30 s for pods that have waited for five minutes without a change.
const FLUSH_EVERY_MS = 30_000;
const FLUSH_AFTER_MS = 300_000;

/** Starts placing the pods that name `default-scheduler`, as kube-scheduler does but without preemption. */
export function startScheduler({ client, time, onBug }: SchedulerOptions): Scheduler {
  const closing = new AbortController();
  const view = newClusterView();
  const writer = newOutcomeWriter(client, time);
  const underWay = new Set<Promise<void>>();
  const pending = newPendingPods(time, closing.signal, () => turn());
  let synced = false;
  let due = false;
  /** Where the look for a node begins: after the nodes that the last one looked at, so that all have their turn. */
  let first = 0;

  function turn(): void {
    if (due || !synced || closing.signal.aborted) return;
    due = true;
    setImmediate(() => {
      due = false;
      guard(decideSome);
    });
  }

  function decideSome(): void {
    for (let count = 0; count < DECISIONS_PER_TURN; count++) {
      if (closing.signal.aborted || underWay.size >= BINDINGS_MAX) return;
      const next = pending.take();
      if (next === undefined) return;
      const doing = decide(next)
        .catch(onBug)
        .finally(() => {
          underWay.delete(doing);
          turn();
        });
      underWay.add(doing);
    }
    turn();
  }

  async function decide(next: PendingPod): Promise<void> {
    const choice = chooseNode(next.facts, view.nodes(), first);
    if (choice.kind === "unschedulable") {
      pending.wait(next);
      await writer.unschedulable(next.pod, choice.message);
      return;
    }
    first = (first + choice.looked) % view.nodes().length;
    // Assumed to be there from now on, so that the next decision counts it.
    view.setPod({ ...next.facts, nodeName: choice.nodeName });
    await writer.bind(next.pod, choice.nodeName).catch(() => {
      if (pending.get(next.facts.key) !== next) return;
      view.removePod(next.facts.key);
      pending.retry(next);
      pending.wake();
    });
  }

  const guard = guardWith(onBug);
  const nodes = openInformer(client, NODES);
  const pods = openInformer(client, PODS);
  nodes.onChange((change) => guard(() => followNode(change, view, pending)));
  pods.onChange((change) => guard(() => followPod(change, view, pending)));
  void Promise.all([nodes.synced, pods.synced]).then(() => {
    synced = true;
    turn();
  });
  void flushNowAndThen(pending, time, closing.signal);

  return {
    async close() {
      closing.abort();
      nodes.close();
      pods.close();
      await Promise.all(underWay);
      writer.close();
    },
  };
}

function guardWith(onBug: (error: unknown) => void): (act: () => void) => void {
  return (act) => {
    try {
      act();
    } catch (error) {
      onBug(error);
    }
  };
}

async function flushNowAndThen(
  pending: PendingPods,
  time: Time,
  signal: AbortSignal,
): Promise<void> {
  const ended = (): boolean => signal.aborted;
  while (!ended()) {
    await time.sleep(FLUSH_EVERY_MS, { signal });
    const beforeMs = time.nowMs() - FLUSH_AFTER_MS;
    if (!ended())
      pending.wake(({ state }) => state.kind === "waiting" && state.sinceMs <= beforeMs);
  }
}

function followNode(
  { type, object, old }: InformerChange<Node>,
  view: ClusterView,
  pending: PendingPods,
): void {
  if (type === "deleted") {
    view.removeNode(object.metadata?.name ?? "");
    return;
  }
  view.setNode(object);
  if (old === undefined || relevantOf(old) !== relevantOf(object)) pending.wake();
}

/** What of a node decides who may be on it: not its heartbeats. */
function relevantOf({ metadata = {}, spec = {}, status = {} }: Node): string {
  return JSON.stringify([metadata.labels, spec.taints, spec.unschedulable, status.allocatable]);
}

function followPod(
  { type, object: pod, old }: InformerChange<Pod>,
  view: ClusterView,
  pending: PendingPods,
): void {
  const key = `${pod.metadata?.namespace ?? ""}/${pod.metadata?.name ?? ""}`;
  const phase = pod.status?.phase;
  if (type === "deleted" || phase === "Succeeded" || phase === "Failed") {
    pending.remove(key);
    if (view.nodeOf(key) === undefined) return;
    view.removePod(key);
    pending.wake();
    return;
  }
  if ((pod.spec?.nodeName ?? "") !== "") {
    const isNew = pending.get(key) !== undefined || view.nodeOf(key) === undefined;
    pending.remove(key);
    if (!isNew && old !== undefined && sameForOthers(old, pod)) return;
    view.setPod(readPodFacts(pod));
    // The only pods that a new pod can help are those that want to be near to it.
    if (isNew) pending.wake(({ facts }) => facts.affinity.near.length > 0);
    return;
  }
  followUnbound(key, pod, pending);
}

function followUnbound(key: string, pod: Pod, pending: PendingPods): void {
  const { spec } = pod;
  const ours =
    (spec?.schedulerName ?? SCHEDULER_NAME) === SCHEDULER_NAME &&
    (spec?.schedulingGates ?? []).length === 0 &&
    pod.metadata?.deletionTimestamp === undefined;
  const known = pending.get(key);
  if (!ours) {
    if (known?.state.kind !== "binding") pending.remove(key);
    return;
  }
  if (known !== undefined && (known.state.kind === "binding" || sameForOthers(known.pod, pod)))
    known.pod = pod;
  else pending.put(pod, readPodFacts(pod));
}

/** Whether only its status, or what nobody selects it by, has changed. */
function sameForOthers(old: Pod, pod: Pod): boolean {
  const relevant = ({ metadata = {}, spec }: Pod): string =>
    JSON.stringify([metadata.labels, metadata.deletionTimestamp, spec]);
  return relevant(old) === relevant(pod);
}
