import type { Pod } from "kubernetes-types/core/v1";
import type { Time } from "../../time/index.ts";
import type { PodFacts } from "../placement/index.ts";

/** A pod that has no node yet. */
export interface PendingPod {
  pod: Pod;
  facts: PodFacts;
  /** Its turn among pods of the same priority. */
  readonly turn: number;
  /** How often no node was found. */
  attempts: number;
  state: PendingState;
}

/**
 * `ready` to be tried; `binding`: a node was chosen; `waiting` for a change in the cluster, and to be tried after one
 * but not before `backOffUntilMs`; `delayed`: there was a change, but it is too soon.
 */
export type PendingState =
  | { readonly kind: "ready" }
  | { readonly kind: "binding" }
  | { readonly kind: "waiting"; readonly sinceMs: number; readonly backOffUntilMs: number }
  | { readonly kind: "delayed" };

/** The queue of kube-scheduler: highest priority first, then the one that came first. */
export interface PendingPods {
  get(key: string): PendingPod | undefined;
  /** A new pod, or one that has changed so that it is worth trying again. */
  put(pod: Pod, facts: PodFacts): void;
  remove(key: string): void;
  /** The next to be tried, which is `binding` from now on; undefined if none is ready. */
  take(): PendingPod | undefined;
  /** It was tried in vain. */
  wait(pending: PendingPod): void;
  /** Something went wrong that was not its fault: it is tried again after a while. */
  retry(pending: PendingPod): void;
  /** Something changed: those that wait and pass the test are tried again, now or when their back-off is over. */
  wake(test?: (pending: PendingPod) => boolean): void;
}

// kube-scheduler's podInitialBackoffDuration and podMaxBackoffDuration.
const FIRST_BACK_OFF_MS = 1_000;
const LONGEST_BACK_OFF_MS = 10_000;

/** An empty queue. `onReady` is called whenever a pod becomes ready. */
export function newPendingPods(time: Time, signal: AbortSignal, onReady: () => void): PendingPods {
  const all = new Map<string, PendingPod>();
  let ready: PendingPod[] = [];
  let sorted = true;
  let turns = 0;

  function makeReady(pending: PendingPod): void {
    pending.state = { kind: "ready" };
    ready.push(pending);
    sorted = false;
    onReady();
  }

  function delay(pending: PendingPod, untilMs: number): void {
    pending.state = { kind: "delayed" };
    void time.sleep(untilMs - time.nowMs(), { signal }).then(() => {
      const { key } = pending.facts;
      if (all.get(key) === pending && pending.state.kind === "delayed") makeReady(pending);
    });
  }

  return {
    get: (key) => all.get(key),
    put(pod, facts) {
      const known = all.get(facts.key);
      if (known === undefined) {
        const pending = {
          pod,
          facts,
          turn: turns++,
          attempts: 0,
          state: { kind: "ready" } as const,
        };
        all.set(facts.key, pending);
        makeReady(pending);
        return;
      }
      known.pod = pod;
      known.facts = facts;
      if (known.state.kind === "waiting") makeReady(known);
    },
    remove: (key) => void all.delete(key),
    take() {
      if (!sorted) ready = ready.toSorted(byPriority);
      sorted = true;
      for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
        if (all.get(next.facts.key) !== next || next.state.kind !== "ready") continue;
        next.state = { kind: "binding" };
        return next;
      }
      return undefined;
    },
    wait(pending) {
      pending.attempts++;
      const sinceMs = time.nowMs();
      pending.state = { kind: "waiting", sinceMs, backOffUntilMs: sinceMs + backOffMs(pending) };
    },
    retry(pending) {
      pending.attempts++;
      delay(pending, time.nowMs() + backOffMs(pending));
    },
    wake(test = () => true) {
      const nowMs = time.nowMs();
      for (const pending of all.values()) {
        if (pending.state.kind !== "waiting" || !test(pending)) continue;
        if (pending.state.backOffUntilMs <= nowMs) makeReady(pending);
        else delay(pending, pending.state.backOffUntilMs);
      }
    },
  };
}

function byPriority(a: PendingPod, b: PendingPod): number {
  return b.facts.priority - a.facts.priority || a.turn - b.turn;
}

function backOffMs({ attempts }: PendingPod): number {
  return Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.max(0, attempts - 1));
}
