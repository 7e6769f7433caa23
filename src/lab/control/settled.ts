import { setTimeout as sleep } from "node:timers/promises";
import { BerthError } from "../../base/index.ts";
import type { ClusterView } from "./cluster-view.ts";
import { lastWords, type NodeStatus } from "./node-status.ts";
import type { PodStatus } from "./pod-status.ts";

const NODE_READY_MS = 90_000;
const PODS_SETTLED_MS = 300_000;
const POLL_MS = 25;
/** To look at each machine closely takes milliseconds. */
const LOOK_MS = 500;
/** Events are asked for only so often, and only when a pod is late. */
const EVENTS_MS = 2000;
const HOPELESS_FAILURES = 3;

/** Resolves when the Nodes of so many machines are Ready. Throws `labStart` with an agent's last words. */
export async function untilNodesReady(view: ClusterView, signal: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + NODE_READY_MS;
  let lookAtMs = 0;
  for (;;) {
    signal.throwIfAborted();
    const startMs = performance.now();
    if (view.allReady()) return;
    if (startMs > lookAtMs) {
      lookAtMs = startMs + LOOK_MS;
      const isLate = startMs > deadlineMs;
      const waiting = view.nodes().filter(({ ready }) => !ready);
      const failed = waiting.find((node) => isLate || isHopeless(node));
      if (failed !== undefined) throw await nodeFailure(failed, view);
    }
    await pause(performance.now() - startMs);
  }
}

function isHopeless({ agent, message, dir }: NodeStatus): boolean {
  return agent.restarts > 1 || (dir !== "" && message?.startsWith("containerd") === true);
}

async function nodeFailure(
  { name, agent, message }: NodeStatus,
  view: ClusterView,
): Promise<BerthError> {
  if (agent.pod === undefined) {
    return new BerthError("labStart", `Node ${name} did not become ready.`, {
      fix: message ?? "The lab's own words above may say why.",
    });
  }
  const how = agent.lastEnd === undefined ? "" : ` It ended with ${agent.lastEnd}.`;
  return new BerthError("labStart", `The agent of node ${name} did not become ready.${how}`, {
    fix: `Its last words: ${lastWords(agent) ?? (await view.trouble(agent.pod)) ?? "none."}`,
  });
}

/** Resolves when every pod of the lab runs, or there is nothing more to wait for. `expected` is how many there will be. */
export async function untilPodsSettled(
  view: ClusterView,
  { expected, signal }: { readonly expected: number; readonly signal: AbortSignal },
): Promise<void> {
  const deadlineMs = performance.now() + PODS_SETTLED_MS;
  let failures: ReadonlyMap<string, number> = new Map();
  let eventsAtMs = performance.now() + EVENTS_MS;
  while (performance.now() < deadlineMs) {
    signal.throwIfAborted();
    const startMs = performance.now();
    if (areSettled(view.pendingPods(), failures) && view.podCount >= expected) return;
    const lookedMs = performance.now() - startMs;
    if (performance.now() > eventsAtMs) {
      failures = await view.sandboxFailures();
      eventsAtMs = performance.now() + EVENTS_MS;
    }
    await pause(lookedMs);
  }
}

/** Looking at thousands of pods must not keep them from starting: it gets a tenth of the time, but a look every second. */
async function pause(lookedMs: number): Promise<void> {
  await sleep(Math.min(Math.max(POLL_MS, 9 * lookedMs), 1000));
}

const HOPELESS =
  /^(CrashLoopBackOff|ImagePullBackOff|ErrImage\w*|InvalidImageName|CreateContainer\w*)/;

function areSettled(pods: Iterable<PodStatus>, failures: ReadonlyMap<string, number>): boolean {
  for (const pod of pods) if (!isSettled(pod, failures)) return false;
  return true;
}

function isSettled(pod: PodStatus, failures: ReadonlyMap<string, number>): boolean {
  const { namespace, name, node, phase, message = "" } = pod;
  if (phase !== "Pending") return true;
  // Without a node, and the scheduler has said why.
  if (node === undefined) return message !== "";
  return HOPELESS.test(message) || (failures.get(`${namespace}/${name}`) ?? 0) >= HOPELESS_FAILURES;
}
