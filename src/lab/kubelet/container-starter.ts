import type { Pod } from "kubernetes-types/core/v1";
import { type BackOff } from "./back-off.ts";
import { POD_UID_LABEL } from "./cri-view.ts";
import { ConfigError, containerEnvironment } from "./environment.ts";
import { expand } from "./expand.ts";
import { runHook } from "./hooks.ts";
import type { PodContext } from "./pod-context.ts";
import type { PlannedStart } from "./pod-plan.ts";
import { containerHash, HASH_ANNOTATION, podParts, type WaitingReason } from "./pod-view.ts";
import { containerResources } from "./resources.ts";
import type { ContainerSpec, SandboxSpec } from "./runtime.ts";
import { descriptionOf } from "./runtime-text.ts";
import { containerSecurity } from "./security.ts";

/** Whether a container was started. */
export type StartAnswer =
  | { readonly ok: true }
  | { readonly ok: false; readonly waiting: WaitingReason; readonly retryMs: number };

/** Where and when a container is started. */
export interface StartPlace {
  /** With the addresses of its sandbox in its status. */
  readonly pod: Pod;
  readonly sandboxId: string;
  readonly sandbox: SandboxSpec;
  readonly backOff: BackOff;
}

/** When a container that can't be made as it is described is tried again: at the pod's next sync. */
const RETRY_MS = 12_000;

/** Starts one container of a pod: its image, its back-off, its environment and mounts, and its postStart hook. */
export async function startContainer(
  context: PodContext,
  place: StartPlace,
  plan: PlannedStart,
): Promise<StartAnswer> {
  const waits = backOffOf(context, place, plan);
  if (waits !== undefined) return waits;
  const { container } = plan;
  const image = await context.images.ensure(place.pod, container);
  if (!image.ok) return image;
  let spec: ContainerSpec;
  try {
    spec = await containerSpec(context, place, { ...plan, imageId: image.imageId });
  } catch (error) {
    const reason =
      error instanceof ConfigError ? "CreateContainerConfigError" : "CreateContainerError";
    return failed(context, place, { container: container.name, reason, error });
  }
  let containerId: string;
  try {
    containerId = await context.runtime.createContainer(spec);
  } catch (error) {
    const reason = "CreateContainerError";
    return failed(context, place, { container: container.name, reason, error });
  }
  const say = (reason: string, message: string): void =>
    context.events.pod(place.pod, { type: "Normal", reason, message }, container.name);
  say("Created", "Container created");
  try {
    await context.runtime.startContainer(containerId);
  } catch (error) {
    const reason = "RunContainerError";
    return failed(context, place, { container: container.name, reason, error });
  }
  say("Started", "Container started");
  return postStart(context, place, { plan, containerId });
}

/** The refusal to start a container that has ended too often; undefined when it may be started now. */
function backOffOf(
  { events, time }: PodContext,
  { pod, backOff }: StartPlace,
  { container, last }: PlannedStart,
): StartAnswer | undefined {
  if (last?.state.kind !== "exited") return undefined;
  const { name, namespace, uid } = podParts(pod);
  const sinceMs = last.state.finishedMs;
  const nowMs = time.nowMs();
  const untilMs = backOff.waitsUntilMs(container.name, { sinceMs, nowMs });
  if (untilMs === undefined) {
    backOff.next(container.name, { sinceMs, nowMs });
    return undefined;
  }
  const where = `${name}_${namespace}(${uid})`;
  const message = `Back-off restarting failed container ${container.name} in pod ${where}`;
  events.pod(pod, { type: "Warning", reason: "BackOff", message }, container.name);
  const delay = durationText(backOff.delayMs(container.name) / 1000);
  const waiting = {
    reason: "CrashLoopBackOff",
    message: `back-off ${delay} restarting failed container=${container.name} pod=${where}`,
  };
  return { ok: false, waiting, retryMs: untilMs - nowMs };
}

/** As Go prints whole seconds: `40s`, `2m40s`. */
function durationText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${minutes > 0 ? `${minutes}m` : ""}${seconds % 60}s`;
}

interface Failure {
  readonly container: string;
  readonly reason: string;
  readonly error: unknown;
}

function failed(
  { events }: PodContext,
  { pod }: StartPlace,
  { container, reason, error }: Failure,
): StartAnswer {
  const message = descriptionOf(error);
  const said = { type: "Warning", reason: "Failed", message: `Error: ${message}` } as const;
  events.pod(pod, said, container);
  return { ok: false, waiting: { reason, message }, retryMs: RETRY_MS };
}

async function containerSpec(
  context: PodContext,
  { pod, sandboxId, sandbox }: StartPlace,
  { container, attempt, imageId }: PlannedStart & { readonly imageId: string },
): Promise<ContainerSpec> {
  const { allocatable, config, services, volumes, logsDir } = context;
  const { name, namespace, uid } = podParts(pod);
  const parts = { pod, container, node: allocatable, config, services };
  const env = await containerEnvironment(parts);
  const expanded = (words: readonly string[] | undefined): string[] =>
    (words ?? []).map((word) => expand(word, env));
  return {
    sandboxId,
    sandbox,
    name: container.name,
    attempt,
    image: container.image ?? "",
    imageId,
    command: expanded(container.command),
    args: expanded(container.args),
    workingDir: container.workingDir ?? "",
    env: [...env].map(([key, value]) => ({ name: key, value })),
    mounts: volumes?.mounts(pod, container, { attempt, env }) ?? [],
    resources: containerResources(pod, container, allocatable.memoryBytes),
    security: containerSecurity(pod, container),
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    logPath: logsDir === "" ? "" : `${container.name}/${attempt}.log`,
    labels: {
      "io.kubernetes.pod.name": name,
      "io.kubernetes.pod.namespace": namespace,
      [POD_UID_LABEL]: uid,
      "io.kubernetes.container.name": container.name,
    },
    annotations: {
      [HASH_ANNOTATION]: containerHash(container),
      "io.kubernetes.container.restartCount": String(attempt),
    },
  };
}

async function postStart(
  context: PodContext,
  { pod }: StartPlace,
  { plan, containerId }: { plan: PlannedStart; containerId: string },
): Promise<StartAnswer> {
  const { container } = plan;
  const hook = container.lifecycle?.postStart;
  const { network, runtime, time, events } = context;
  if (hook === undefined || network === undefined) return { ok: true };
  const address = pod.status?.podIP ?? context.node.address;
  const failure = await runHook(
    hook,
    { container, containerId, address },
    { runtime, network, time },
  );
  if (failure === undefined) return { ok: true };
  const message = `PostStartHook failed: ${failure}`;
  events.pod(pod, { type: "Warning", reason: "FailedPostStartHook", message }, container.name);
  const killing = { type: "Normal", reason: "Killing", message: "FailedPostStartHook" } as const;
  events.pod(pod, killing, container.name);
  await runtime.stopContainer(containerId, 2);
  return { ok: false, waiting: { reason: "PostStartHookError", message }, retryMs: 0 };
}
