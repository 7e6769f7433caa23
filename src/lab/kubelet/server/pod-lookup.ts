import type { Pod } from "kubernetes-types/core/v1";
import { containersNamed } from "../pod-view.ts";
import type { ContainerRuntime, RuntimeContainer, RuntimeSandbox } from "../runtime.ts";

/** The pods of a kubelet, for its server. */
export interface PodDirectory {
  find(namespace: string, name: string): Pod | undefined;
  list(): readonly Pod[];
}

/** A request that can't be answered, and how HTTP says that. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** A pod with its sandboxes; 404 when it is not on this node. */
export async function lookUpPod(
  { directory, runtime }: { directory: PodDirectory; runtime: ContainerRuntime },
  { namespace, name }: { namespace: string; name: string },
): Promise<{ readonly pod: Pod; readonly sandboxes: readonly RuntimeSandbox[] }> {
  const pod = directory.find(namespace, name);
  if (pod === undefined) throw new ServerError(404, `pod "${name}" not found`);
  return { pod, sandboxes: await runtime.list(pod.metadata?.uid ?? "") };
}

/** A container that runs; 400 or 404 with the kubelet's words when it does not. */
export function runningContainer(
  sandboxes: readonly RuntimeSandbox[],
  container: string,
): RuntimeContainer {
  const [newest] = containersNamed(sandboxes, container);
  if (newest?.state.kind === "running") return newest;
  throw new ServerError(404, `container not found ("${container}")`);
}

/** A container whose log there is; `previous` is the one before. */
export function loggedContainer(
  pod: Pod,
  sandboxes: readonly RuntimeSandbox[],
  { container, previous }: { container: string; previous: boolean },
): RuntimeContainer {
  const name = pod.metadata?.name ?? "";
  const { spec, status } = pod;
  const specs = [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
  if (!specs.some((each) => each.name === container)) {
    throw new ServerError(400, `container ${container} is not valid for pod ${name}`);
  }
  const all = containersNamed(sandboxes, container);
  const begun = all.filter(({ state }) => state.kind === "running" || state.kind === "exited");
  if (previous) {
    const ended = begun.filter(({ state }) => state.kind === "exited");
    const last = begun[0]?.state.kind === "running" ? ended[0] : (ended[1] ?? ended[0]);
    if (last !== undefined) return last;
    throw new ServerError(
      400,
      `previous terminated container "${container}" in pod "${name}" not found`,
    );
  }
  if (begun[0] !== undefined) return begun[0];
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const reason = statuses.find((each) => each.name === container)?.state?.waiting?.reason;
  throw new ServerError(
    400,
    `container "${container}" in pod "${name}" is waiting to start: ${reason ?? "ContainerCreating"}`,
  );
}
