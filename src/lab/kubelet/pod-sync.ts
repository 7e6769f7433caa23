import type { Pod, PodStatus } from "kubernetes-types/core/v1";
import { type BackOff } from "./back-off.ts";
import { startContainer } from "./container-starter.ts";
import type { PodContext } from "./pod-context.ts";
import { killContainer, killPod } from "./pod-killer.ts";
import { planPod, type PodPlan } from "./pod-plan.ts";
import { podParts, type PodView, type WaitingReason } from "./pod-view.ts";
import type { RuntimeSandbox } from "./runtime.ts";
import { sandboxSpec } from "./sandbox-spec.ts";

/** What a step of a pod came to. */
export type StepOutcome =
  /** Something was done: look again. */
  | { readonly kind: "done" }
  /** Nothing more to do until something happens, or so long has passed. */
  | { readonly kind: "wait"; readonly retryMs: number | undefined }
  | { readonly kind: "finished" };

/** What a pod keeps from one step to the next. */
export interface PodMemory {
  readonly waiting: Map<string, WaitingReason>;
  readonly backOff: BackOff;
  /** Failures in a row of its volumes. */
  volumeFailures: number;
}

const NETWORK_RETRY_MS = 1000;
/** The kubelet's `backOffPeriod` of 10 s, and half of its jitter. */
const SYNC_RETRY_MS = 12_000;
const VOLUME_RETRY_MS = 500;
const VOLUME_RETRY_MAX_MS = 122_000;

/** Does what is next for a pod that is to run. */
export async function stepPod(
  context: PodContext,
  view: PodView,
  memory: PodMemory,
): Promise<StepOutcome> {
  const plan = planPod(view);
  switch (plan.kind) {
    case "finished":
      return { kind: "finished" };
    case "sandbox":
      return makeSandbox(context, view, { plan, memory });
    case "containers":
      return runContainers(context, view, { plan, memory });
  }
}

async function makeSandbox(
  context: PodContext,
  { pod }: PodView,
  { plan, memory }: { plan: Extract<PodPlan, { kind: "sandbox" }>; memory: PodMemory },
): Promise<StepOutcome> {
  const { events, runtime, gate, networkProblem, logsDir } = context;
  const problem = pod.spec?.hostNetwork === true ? undefined : networkProblem();
  if (problem !== undefined) {
    const message = `network is not ready: ${problem}`;
    events.pod(pod, { type: "Warning", reason: "NetworkNotReady", message });
    return { kind: "wait", retryMs: NETWORK_RETRY_MS };
  }
  const volumes = await setUpVolumes(context, pod, memory);
  if (volumes !== undefined) return volumes;
  if (plan.attempt > 0) {
    const message = "Pod sandbox changed, it will be killed and re-created.";
    events.pod(pod, { type: "Normal", reason: "SandboxChanged", message });
  }
  try {
    await killPod(context, pod, { sandboxes: plan.replaces, graceSeconds: graceOf(pod) });
  } catch (error) {
    return failedKill(context, pod, error);
  }
  try {
    const spec = sandboxSpec(pod, { attempt: plan.attempt, logsDir });
    await gate.pass(() => runtime.runSandbox(spec));
    // The last one stays, for the states its containers ended in.
    await Promise.allSettled(plan.replaces.slice(1).map(({ id }) => runtime.removeSandbox(id)));
    return { kind: "done" };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const message = `Failed to create pod sandbox: ${why}`;
    events.pod(pod, { type: "Warning", reason: "FailedCreatePodSandBox", message });
    return { kind: "wait", retryMs: SYNC_RETRY_MS };
  }
}

/** Undefined when all volumes are there. */
async function setUpVolumes(
  { volumes, events }: PodContext,
  pod: Pod,
  memory: PodMemory,
): Promise<StepOutcome | undefined> {
  const failed = (await volumes?.setUp(pod)) ?? [];
  if (failed.length === 0) {
    memory.volumeFailures = 0;
    return undefined;
  }
  for (const { volume, message: why } of failed) {
    const message = `MountVolume.SetUp failed for volume "${volume}" : ${why}`;
    events.pod(pod, { type: "Warning", reason: "FailedMount", message });
  }
  const retryMs = Math.min(VOLUME_RETRY_MS * 2 ** memory.volumeFailures, VOLUME_RETRY_MAX_MS);
  memory.volumeFailures += 1;
  return { kind: "wait", retryMs };
}

async function runContainers(
  context: PodContext,
  view: PodView,
  { plan, memory }: { plan: Extract<PodPlan, { kind: "containers" }>; memory: PodMemory },
): Promise<StepOutcome> {
  const { sandbox, start, kill } = plan;
  const pod = withAddresses(view.pod, { sandbox, hostAddress: context.node.address });
  for (const { container, message } of kill) {
    await killContainer(context, pod, container, { graceSeconds: graceOf(pod), message });
  }
  let retryMs: number | undefined;
  let started = false;
  for (const planned of start) {
    const { name } = planned.container;
    const spec = sandboxSpec(pod, { attempt: sandbox.attempt, logsDir: context.logsDir });
    const place = { pod, sandboxId: sandbox.id, sandbox: spec, backOff: memory.backOff };
    const answer = await context.gate.pass(() => startContainer(context, place, planned));
    if (answer.ok) {
      memory.waiting.delete(name);
      started = true;
      await removeOlder(context, view, { name, keepFrom: planned.attempt - 1 });
    } else {
      memory.waiting.set(name, answer.waiting);
      retryMs = Math.min(retryMs ?? Infinity, answer.retryMs);
    }
  }
  if (started || kill.length > 0)
    return retryMs === undefined ? { kind: "done" } : { kind: "wait", retryMs };
  return { kind: "wait", retryMs };
}

/** Of the ended containers of a name only the last is kept: for its log and its status. */
async function removeOlder(
  { runtime }: PodContext,
  { sandboxes }: PodView,
  { name, keepFrom }: { name: string; keepFrom: number },
): Promise<void> {
  const old = sandboxes
    .flatMap(({ containers }) => containers)
    .filter(
      (each) => each.name === name && each.attempt < keepFrom && each.state.kind === "exited",
    );
  // What can't be removed now is removed with the pod.
  await Promise.allSettled(old.map(({ id }) => runtime.removeContainer(id)));
}

/** Says that a pod could not be ended, and when it is tried again. */
export function failedKill({ events }: PodContext, pod: Pod, error: unknown): StepOutcome {
  const { uid } = podParts(pod);
  const why = error instanceof Error ? error.message : String(error);
  const message = `error killing pod: failed to "KillPodSandbox" for "${uid}" with KillPodSandboxError: "${why}"`;
  events.pod(pod, { type: "Warning", reason: "FailedKillPod", message });
  return { kind: "wait", retryMs: SYNC_RETRY_MS };
}

/** The grace of a pod that is not being deleted, in seconds. */
export function graceOf({ spec }: Pod): number {
  return spec?.terminationGracePeriodSeconds ?? 30;
}

/** A pod whose status has the addresses of its sandbox, for fields, hooks and `/etc/hosts`. */
function withAddresses(
  pod: Pod,
  { sandbox, hostAddress }: { sandbox: RuntimeSandbox; hostAddress: string },
): Pod {
  const addresses = pod.spec?.hostNetwork === true ? [hostAddress] : sandbox.addresses;
  const status: PodStatus = {
    ...pod.status,
    hostIP: hostAddress,
    hostIPs: [{ ip: hostAddress }],
    ...(addresses[0] === undefined ? {} : { podIP: addresses[0] }),
    podIPs: addresses.map((ip) => ({ ip })),
  };
  return { ...pod, status };
}
