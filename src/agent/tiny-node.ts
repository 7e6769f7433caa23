import type { Log } from "./log.ts";
import type { Node } from "./node.ts";
import { INSTANCE, LIMITS } from "./tiny-instance.ts";
import type { TinyWorld } from "./tiny-world.ts";

/** A log that nobody reads. */
export const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The node as an agent that has just started knows it. */
export function newNode({ ec2, metadata, kernel }: TinyWorld, given: Partial<Node> = {}): Node {
  return {
    ec2,
    metadata,
    kernel,
    log: SILENT,
    now: () => 1_000_000,
    stopping: new AbortController().signal,
    instance: INSTANCE,
    limits: LIMITS,
    tagging: { instance: INSTANCE.instanceId, clusterName: undefined, additionalTags: {} },
    manageUntaggedEnis: true,
    enis: new Map(),
    ignored: new Set(),
    ...given,
  };
}
