import type { TimedCall } from "./plugin-call.ts";

/** How long each ADD and each DEL took, in ms. */
export interface WiringTimes {
  readonly addMs: readonly number[];
  readonly delMs: readonly number[];
}

/** What is timed, and where the pods' namespaces are. */
export interface Wiring {
  readonly call: TimedCall;
  readonly namespaces: {
    /** Returns the path. */
    make(name: string): string;
    remove(name: string): void;
  };
}

/**
 * Makes a namespace for each pod, then times ADD for all and DEL for all, and removes the namespaces. The first pod warms
 * caches and is not counted.
 */
export function wirePods(pods: number, { call, namespaces }: Wiring): WiringTimes {
  const names = Array.from({ length: pods + 1 }, (_, index) => `berth-bench-${index}`);
  try {
    const made = names.map((name) => ({ containerId: name, netns: namespaces.make(name) }));
    const addMs = made.map((pod) => call({ ...pod, command: "ADD" }));
    const delMs = made.map((pod) => call({ ...pod, command: "DEL" }));
    return { addMs: addMs.slice(1), delMs: delMs.slice(1) };
  } finally {
    for (const name of names) namespaces.remove(name);
  }
}
