import type { Container, Pod, Probe } from "kubernetes-types/core/v1";
import type { Time } from "../../../time/index.ts";
import type { NodeNetwork } from "../node-http.ts";
import type { KubeletEvents } from "../pod-events.ts";
import type { ProbeView } from "../pod-view.ts";
import type { ContainerRuntime, RuntimeContainer, RuntimeSandbox } from "../runtime.ts";
import { probeOnce } from "./probe.ts";
import { ProbeLoop } from "./probe-loop.ts";

/** What probing the containers of one pod needs. */
export interface PodProbesParts {
  readonly runtime: Pick<ContainerRuntime, "exec">;
  readonly network: NodeNetwork;
  readonly events: KubeletEvents;
  readonly time: Time;
  readonly hostAddress: string;
  /** Told when a verdict has changed. */
  readonly onChange: () => void;
}

type ProbeKind = "startup" | "readiness" | "liveness";

const KINDS = [
  ["startup", "startupProbe", false],
  ["readiness", "readinessProbe", false],
  ["liveness", "livenessProbe", true],
] as const;

type Loops = Partial<Record<ProbeKind, ProbeLoop>>;

/** The verdicts where nothing is probed: what runs is well. */
export const NO_PROBES: ProbeView = {
  started: () => true,
  ready: () => true,
  condemned: () => undefined,
};

/** Probes the running containers of one pod. */
export class PodProbes implements ProbeView {
  readonly #parts: PodProbesParts;
  readonly #containers = new Map<string, Loops>();

  constructor(parts: PodProbesParts) {
    this.#parts = parts;
  }

  /** Begins to probe what runs now, and ends with what does not. */
  sync(pod: Pod, sandbox: RuntimeSandbox | undefined): void {
    const specs = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])];
    const running = (sandbox?.containers ?? []).filter(({ state }) => state.kind === "running");
    for (const [id, loops] of this.#containers) {
      if (running.some((container) => container.id === id)) continue;
      closeAll(loops);
      this.#containers.delete(id);
    }
    for (const container of running) {
      if (this.#containers.has(container.id)) continue;
      const spec = specs.find(({ name }) => name === container.name);
      if (spec === undefined) continue;
      const address = sandbox?.addresses[0] ?? this.#parts.hostAddress;
      this.#containers.set(container.id, this.#begin(pod, spec, { container, address }));
    }
  }

  started(containerId: string): boolean {
    const loops = this.#containers.get(containerId);
    return loops !== undefined && (loops.startup?.healthy ?? true);
  }

  ready(containerId: string): boolean {
    const loops = this.#containers.get(containerId);
    return loops !== undefined && (loops.readiness?.healthy ?? true);
  }

  condemned(containerId: string): string | undefined {
    const { startup, liveness } = this.#containers.get(containerId) ?? {};
    if (startup?.failed === true) return "failed startup probe";
    return liveness?.failed === true ? "failed liveness probe" : undefined;
  }

  close(): void {
    for (const loops of this.#containers.values()) closeAll(loops);
    this.#containers.clear();
  }

  #begin(
    pod: Pod,
    spec: Container,
    { container, address }: { container: RuntimeContainer; address: string },
  ): Loops {
    const { runtime, network, events, time, onChange } = this.#parts;
    const loops: Loops = {};
    const startedMs = container.state.kind === "running" ? container.state.startedMs : 0;
    const target = { container: spec, containerId: container.id, address };
    for (const [kind, field, initial] of KINDS) {
      const probe: Probe | undefined = spec[field];
      if (probe === undefined) continue;
      loops[kind] = new ProbeLoop({
        probe,
        initial,
        startedMs,
        time,
        attempt: () => probeOnce(probe, target, { runtime, network }),
        active: () =>
          kind === "startup" ? !this.started(container.id) : this.started(container.id),
        onBad: (outcome) => {
          if (outcome.kind === "success") return;
          const title = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)} probe`;
          const what =
            outcome.kind === "failure" ? "failed" : "errored and resulted in unknown state";
          const message = `${title} ${what}: ${outcome.output}`;
          events.pod(pod, { type: "Warning", reason: "Unhealthy", message }, spec.name);
        },
        onChange,
      });
    }
    return loops;
  }
}

function closeAll(loops: Loops): void {
  for (const loop of Object.values(loops)) loop.close();
}
