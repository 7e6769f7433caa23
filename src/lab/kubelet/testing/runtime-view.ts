import type { RuntimeContainer, RuntimeContainerState, RuntimeSandbox } from "../runtime.ts";

const START_MS = Date.parse("2026-11-24T14:00:00Z");

/** For tests: a container as a runtime tells it. */
export function container(
  name: string,
  state: RuntimeContainerState,
  attempt = 0,
): RuntimeContainer {
  return {
    id: `${name}-${attempt}`,
    name,
    attempt,
    image: "berth.local/echo:1",
    imageId: "sha256:1",
    createdMs: START_MS,
    state,
    logPath: "",
    annotations: {},
  };
}

/** A state: it runs. */
export function running(): RuntimeContainerState {
  return { kind: "running", startedMs: START_MS };
}

/** A state: it has ended, a second after its start. */
export function exited(exitCode: number): RuntimeContainerState {
  return {
    kind: "exited",
    startedMs: START_MS,
    finishedMs: START_MS + 1000,
    exitCode,
    reason: "",
    message: "",
  };
}

/** A sandbox with the address 10.0.1.20. */
export function sandbox(
  attempt: number,
  containers: readonly RuntimeContainer[] = [],
  ready = true,
): RuntimeSandbox {
  return {
    id: `sandbox-${attempt}`,
    namespace: "default",
    name: "p",
    uid: "uid",
    attempt,
    createdMs: START_MS + attempt,
    ready,
    addresses: ["10.0.1.20"],
    containers,
  };
}
