import type { Container, Pod } from "kubernetes-types/core/v1";
import { runHook } from "./hooks.ts";
import type { PodContext } from "./pod-context.ts";
import { isSidecar } from "./pod-view.ts";
import type { RuntimeContainer, RuntimeSandbox } from "./runtime.ts";

/** How a container is ended. */
export interface KillOptions {
  readonly graceSeconds: number;
  /** What the event `Killing` says. */
  readonly message: string;
}

/** What a container still gets when its preStop hook has used up its grace. */
const LEAST_SECONDS = 2;

/** Ends one running container: the preStop hook, SIGTERM, and SIGKILL when the grace is over. */
export async function killContainer(
  context: PodContext,
  pod: Pod,
  container: RuntimeContainer,
  { graceSeconds, message }: KillOptions,
): Promise<void> {
  const { events, runtime, time } = context;
  events.pod(pod, { type: "Normal", reason: "Killing", message }, container.name);
  const beforeMs = time.nowMs();
  const spec = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].find(
    ({ name }) => name === container.name,
  );
  if (graceSeconds > 0) await preStop(context, pod, { spec, container, graceSeconds });
  const usedSeconds = Math.floor((time.nowMs() - beforeMs) / 1000);
  const left = graceSeconds === 0 ? 0 : Math.max(graceSeconds - usedSeconds, LEAST_SECONDS);
  await runtime.stopContainer(container.id, Math.min(left, Math.max(graceSeconds, 0)));
}

interface PreStop {
  readonly spec: Container | undefined;
  readonly container: RuntimeContainer;
  readonly graceSeconds: number;
}

async function preStop(
  { events, runtime, time, network, node }: PodContext,
  pod: Pod,
  { spec, container, graceSeconds }: PreStop,
): Promise<void> {
  const hook = spec?.lifecycle?.preStop;
  if (spec === undefined || hook === undefined || network === undefined) return;
  const address = pod.status?.podIP ?? node.address;
  const target = { container: spec, containerId: container.id, address };
  const over = new AbortController();
  const failure = await Promise.race([
    runHook(hook, target, { runtime, network, time }),
    time.sleep(graceSeconds * 1000, { signal: over.signal }).then(() => undefined),
  ]);
  over.abort();
  if (failure === undefined) return;
  const message = `PreStopHook failed: ${failure}`;
  events.pod(pod, { type: "Warning", reason: "FailedPreStopHook", message }, container.name);
}

/** Ends everything of a pod that runs, and disconnects it. Rejects when the runtime could not. */
export async function killPod(
  context: PodContext,
  pod: Pod,
  { sandboxes, graceSeconds }: { sandboxes: readonly RuntimeSandbox[]; graceSeconds: number },
): Promise<void> {
  const running = sandboxes
    .flatMap(({ containers }) => containers)
    .filter(({ state }) => state.kind === "running" || state.kind === "unknown");
  const sidecars = new Set(
    (pod.spec?.initContainers ?? []).filter(isSidecar).map(({ name }) => name),
  );
  const kill = async (some: readonly RuntimeContainer[]): Promise<void> => {
    await Promise.all(
      some.map((container) => {
        const message = `Stopping container ${container.name}`;
        return killContainer(context, pod, container, { graceSeconds, message });
      }),
    );
  };
  await kill(running.filter(({ name }) => !sidecars.has(name)));
  await kill(running.filter(({ name }) => sidecars.has(name)));
  // One that is stopped already may still be connected: its stop may have failed half-way.
  await Promise.all(sandboxes.map(({ id }) => context.runtime.stopSandbox(id)));
}
