import { systemTime } from "../time/index.ts";
import type { Time } from "../time/index.ts";
import type { Log } from "./log.ts";
import type { Node } from "./node.ts";
import type { Subnets } from "./subnets/subnets.ts";
import { INSTANCE, LIMITS } from "./tiny-instance.ts";
import type { TinyWorld } from "./tiny-world.ts";

/** A log that nobody reads. */
export const SILENT: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A time at which it is always 1,000,000, and in which waits are those of the machine. */
const STILL: Time = {
  nowMs: () => 1_000_000,
  sleep: (ms, options) => systemTime.sleep(ms, options),
};

/** The node as an agent that has just started knows it. */
export function newNode({ ec2, metadata, kernel }: TinyWorld, given: Partial<Node> = {}): Node {
  return {
    ec2,
    metadata,
    kernel,
    cluster: undefined,
    log: SILENT,
    time: STILL,
    stopping: new AbortController().signal,
    instance: INSTANCE,
    limits: LIMITS,
    tagging: { instance: INSTANCE.instanceId, clusterName: undefined, additionalTags: {} },
    manageUntaggedEnis: true,
    provisioning: "on",
    customNetworking: undefined,
    subnets: ownSubnet(),
    enis: new Map(),
    ignored: new Set(),
    unmanaged: new Set(),
    ...given,
  };
}

/** ENIs are made in the node's own subnet, whatever EC2 says. */
function ownSubnet(): Subnets {
  const { subnet, availabilityZone: zone } = INSTANCE;
  const choices = [{ subnet, zone, freeAddresses: undefined, unused: undefined }];
  return {
    refresh: () => Promise.resolve(),
    isClosed: () => false,
    choose: () => Promise.resolve(choices),
    noteRefusal: () => undefined,
    choices: () => choices,
    onAnswer: () => () => undefined,
  };
}
