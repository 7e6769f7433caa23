import { createNetns, deleteNetns } from "../src/dataplane/index.ts";

/** How long each ADD and each DEL took. */
export interface WiringTimes {
  readonly addMs: readonly number[];
  readonly delMs: readonly number[];
}

/** Calls a plugin for one pod and returns how long that took. */
export type TimedCall = (netns: string, containerId: string, command: "ADD" | "DEL") => number;

/**
 * Makes a namespace for each pod, then times ADD for all and DEL for all, and removes the namespaces. The first pod warms
 * caches and is not counted.
 */
export function withPodNamespaces(prefix: string, pods: number, call: TimedCall): WiringTimes {
  const names = Array.from({ length: pods + 1 }, (_, index) => `${prefix}-${index}`);
  try {
    const made = names.map((name) => ({ name, netns: createNetns(name) }));
    const addMs = made.map(({ name, netns }) => call(netns, name, "ADD"));
    const delMs = made.map(({ name, netns }) => call(netns, name, "DEL"));
    return { addMs: addMs.slice(1), delMs: delMs.slice(1) };
  } finally {
    for (const name of names) deleteNetns(name);
  }
}
