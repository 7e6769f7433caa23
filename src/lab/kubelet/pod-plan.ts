import type { Container } from "kubernetes-types/core/v1";
import {
  containerHash,
  containersNamed,
  HASH_ANNOTATION,
  isSidecar,
  type PodView,
  restartPolicyOf,
} from "./pod-view.ts";
import type { RuntimeContainer, RuntimeSandbox } from "./runtime.ts";

/** A container to be started. */
export interface PlannedStart {
  readonly container: Container;
  /** Its number: that of the last one of its name plus 1. */
  readonly attempt: number;
  /** The last one of its name, when it has ended by itself: then the back-off decides when. */
  readonly last: RuntimeContainer | undefined;
}

/** A container to be stopped, though the pod goes on. */
export interface PlannedKill {
  readonly container: RuntimeContainer;
  /** What the event `Killing` says. */
  readonly message: string;
}

/** What to do next for a pod that is to run. */
export type PodPlan =
  /** Nothing runs and nothing is to be started: end the sandboxes. */
  | { readonly kind: "finished" }
  | {
      readonly kind: "sandbox";
      readonly attempt: number;
      /** Sandboxes to be ended first, because they can't be used any more. */
      readonly replaces: readonly RuntimeSandbox[];
    }
  | {
      readonly kind: "containers";
      readonly sandbox: RuntimeSandbox;
      readonly start: readonly PlannedStart[];
      readonly kill: readonly PlannedKill[];
    };

/**
 * The next actions for a pod, by the rules of the kubelet's `computePodActions`: a usable sandbox, the init containers one
 * after the other, then all containers; each ended one again if its restart policy says so.
 */
export function planPod(view: PodView): PodPlan {
  const { pod, sandboxes } = view;
  const [newest] = sandboxes;
  const usable = sandboxes.filter((sandbox) => isUsable(view, sandbox));
  if (usable.length === 0 || newest === undefined || usable[0] !== newest) {
    if (newest !== undefined && !mayBeginAgain(view)) return { kind: "finished" };
    const attempt = newest === undefined ? 0 : newest.attempt + 1;
    return { kind: "sandbox", attempt, replaces: sandboxes };
  }
  const { start: initStart, done } = planInit(view, newest);
  if (done === "failed") return { kind: "finished" };
  const wanted = done === "yes" ? (pod.spec?.containers ?? []) : [];
  const plans = wanted.map((container) => planContainer(view, newest, container));
  const start = [...initStart, ...plans.flatMap((plan) => (plan.start ? [plan.start] : []))];
  const kill = [...plans, ...planSidecarKills(view, newest)].flatMap((plan) =>
    plan.kill ? [plan.kill] : [],
  );
  const alive = plans.some((plan) => plan.alive);
  if (done === "yes" && start.length === 0 && kill.length === 0 && !alive) {
    return { kind: "finished" };
  }
  return { kind: "containers", sandbox: newest, start, kill };
}

function isUsable({ pod }: PodView, sandbox: RuntimeSandbox): boolean {
  if (!sandbox.ready) return false;
  return pod.spec?.hostNetwork === true || sandbox.addresses.length > 0;
}

/** Whether a pod that has lost its sandbox gets another. */
function mayBeginAgain({ pod, sandboxes }: PodView): boolean {
  const policy = restartPolicyOf(pod);
  if (policy === "Always") return true;
  const containers = pod.spec?.containers ?? [];
  const last = containers.map(({ name }) => containersNamed(sandboxes, name)[0]);
  if (policy === "Never") return last.every((container) => container === undefined);
  return !last.every((container) => exitCodeOf(container) === 0);
}

interface InitPlan {
  readonly start: readonly PlannedStart[];
  readonly done: "yes" | "no" | "failed";
}

function planInit(view: PodView, sandbox: RuntimeSandbox): InitPlan {
  const { pod, sandboxes, probes } = view;
  // Once a container has been made, the init containers have run; they may have been cleaned away since.
  const names = new Set(pod.spec?.containers.map(({ name }) => name));
  const begun = sandbox.containers.some(({ name }) => names.has(name));
  const start: PlannedStart[] = [];
  for (const container of pod.spec?.initContainers ?? []) {
    const current = containersNamed([sandbox], container.name)[0];
    const state = current?.state;
    const planned = plannedStart(container, { sandboxes, sandbox });
    if (isSidecar(container)) {
      if (state?.kind === "running") {
        if (begun || probes.started(current?.id ?? "")) continue;
        return { start, done: "no" };
      }
      start.push(planned);
      if (begun) continue;
      return { start, done: "no" };
    }
    if (begun || exitCodeOf(current) === 0) continue;
    if (state?.kind === "running") return { start, done: "no" };
    if (state?.kind === "exited" && restartPolicyOf(pod) === "Never") {
      return { start, done: "failed" };
    }
    return { start: [...start, planned], done: "no" };
  }
  return { start, done: "yes" };
}

interface ContainerPlan {
  readonly start?: PlannedStart;
  readonly kill?: PlannedKill;
  readonly alive: boolean;
}

function planContainer(
  view: PodView,
  sandbox: RuntimeSandbox,
  container: Container,
): ContainerPlan {
  const { pod, sandboxes } = view;
  const { name } = container;
  const [current] = containersNamed([sandbox], name);
  const start = plannedStart(container, { sandboxes, sandbox });
  if (current === undefined) {
    // A new sandbox of a pod that is restarted only on failure leaves alone what has succeeded.
    const done =
      restartPolicyOf(pod) === "OnFailure" && exitCodeOf(containersNamed(sandboxes, name)[0]) === 0;
    return done ? { alive: false } : { start, alive: false };
  }
  if (current.state.kind === "running") {
    const message = killMessage(view, { container, current });
    return message === undefined
      ? { alive: true }
      : { kill: { container: current, message }, alive: true };
  }
  return isRestarted(pod, { container, current }) ? { start, alive: false } : { alive: false };
}

function isRestarted(
  pod: PodView["pod"],
  { container, current }: { container: Container; current: RuntimeContainer },
): boolean {
  if (current.state.kind !== "exited") return true;
  const policy = restartPolicyOf(pod, container);
  return policy === "Always" || (policy === "OnFailure" && current.state.exitCode !== 0);
}

function planSidecarKills(view: PodView, sandbox: RuntimeSandbox): ContainerPlan[] {
  const sidecars = (view.pod.spec?.initContainers ?? []).filter(isSidecar);
  return sidecars.flatMap((container) => {
    const [current] = containersNamed([sandbox], container.name);
    if (current?.state.kind !== "running") return [];
    const message = killMessage(view, { container, current });
    return message === undefined ? [] : [{ kill: { container: current, message }, alive: true }];
  });
}

/** What `Killing` says of a running container that must end; undefined when it may go on. */
function killMessage(
  { probes }: PodView,
  { container, current }: { container: Container; current: RuntimeContainer },
): string | undefined {
  const hash = current.annotations[HASH_ANNOTATION];
  if (hash !== undefined && hash !== containerHash(container)) {
    return `Container ${container.name} definition changed, will be restarted`;
  }
  const why = probes.condemned(current.id);
  return why === undefined ? undefined : `Container ${container.name} ${why}, will be restarted`;
}

function plannedStart(
  container: Container,
  where: { readonly sandboxes: readonly RuntimeSandbox[]; readonly sandbox: RuntimeSandbox },
): PlannedStart {
  const [newest] = containersNamed(where.sandboxes, container.name);
  const [current] = containersNamed([where.sandbox], container.name);
  return {
    container,
    attempt: newest === undefined ? 0 : newest.attempt + 1,
    last: current?.state.kind === "exited" ? current : undefined,
  };
}

function exitCodeOf(container: RuntimeContainer | undefined): number | undefined {
  return container?.state.kind === "exited" ? container.state.exitCode : undefined;
}
