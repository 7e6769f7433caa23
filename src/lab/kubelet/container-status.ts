import type {
  Container,
  ContainerState,
  ContainerStateTerminated,
  ContainerStatus,
} from "kubernetes-types/core/v1";
import { timeText } from "../../time/index.ts";
import { containersNamed, isSidecar, type PodView, type WaitingReason } from "./pod-view.ts";
import type { RuntimeContainer } from "./runtime.ts";

/** How a container's id begins in a status. */
const ID_SCHEME = "containerd://";

/** What a container of a pod is, besides its spec. */
export interface ContainerRole {
  /** The reason it waits for when nothing else is known: `ContainerCreating` or `PodInitializing`. */
  readonly idle: string;
  readonly init: boolean;
}

/** The status of one container of a pod. */
export function containerStatus(
  view: PodView,
  container: Container,
  { idle, init }: ContainerRole,
): ContainerStatus {
  const [newest, ...older] = containersNamed(view.sandboxes, container.name);
  const failure = view.waiting.get(container.name);
  const last = older.find(({ state }) => state.kind === "exited");
  const state = stateOf(newest, { failure, idle });
  const lastExited = state.waiting === undefined ? last : (exited(newest) ?? last);
  const running = newest !== undefined && state.running !== undefined;
  const started = running && view.probes.started(newest.id);
  const done = init && !isSidecar(container);
  return {
    name: container.name,
    image: newest === undefined ? (container.image ?? "") : newest.image,
    imageID: newest?.imageId ?? "",
    ...(newest === undefined ? {} : { containerID: `${ID_SCHEME}${newest.id}` }),
    ready: done ? state.terminated?.exitCode === 0 : started && view.probes.ready(newest.id),
    started: done ? false : started,
    restartCount: newest?.attempt ?? 0,
    state,
    lastState: lastExited === undefined ? {} : { terminated: terminated(lastExited) },
  };
}

function exited(container: RuntimeContainer | undefined): RuntimeContainer | undefined {
  return container?.state.kind === "exited" ? container : undefined;
}

function stateOf(
  container: RuntimeContainer | undefined,
  { failure, idle }: { failure: WaitingReason | undefined; idle: string },
): ContainerState {
  const state = container?.state;
  if (container !== undefined && state?.kind === "running") {
    return { running: { startedAt: timeText(state.startedMs) } };
  }
  if (failure !== undefined) {
    const { reason, message } = failure;
    return { waiting: { reason, ...(message === "" ? {} : { message }) } };
  }
  if (container !== undefined && state?.kind === "exited") {
    return { terminated: terminated(container) };
  }
  return { waiting: { reason: idle } };
}

/** How a container ended. */
export function terminated({ id, state }: RuntimeContainer): ContainerStateTerminated {
  if (state.kind !== "exited") {
    const message = "The container could not be located when the pod was terminated";
    return { exitCode: 137, reason: "ContainerStatusUnknown", message };
  }
  const { exitCode, reason, message, startedMs, finishedMs } = state;
  return {
    containerID: `${ID_SCHEME}${id}`,
    exitCode,
    reason: reason === "" ? (exitCode === 0 ? "Completed" : "Error") : reason,
    ...(message === "" ? {} : { message }),
    startedAt: timeText(startedMs),
    finishedAt: timeText(finishedMs),
  };
}
