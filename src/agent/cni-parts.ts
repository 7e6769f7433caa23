import { BerthError } from "../base/index.ts";
import type { CniFailure, ContainerRequest } from "../cni/index.ts";
import type { SubnetId } from "../facts/index.ts";
import type { Cidr, Ip } from "../net/index.ts";
import type { Lease, OwnerKey } from "../pool/index.ts";
import type { Time } from "../time/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Cluster } from "./cluster.ts";
import type { AgentConfig } from "./config.ts";
import type { Kernel, PodToWire } from "./kernel.ts";
import type { Log } from "./log.ts";
import type { InstanceFacts } from "./metadata.ts";
import type { Telemetry } from "./metrics/telemetry.ts";
import type { NodePorts } from "./node.ts";
import { ownerKey } from "./owner.ts";
import type { PodAddresses } from "./pod-addresses.ts";
import type { Wake } from "./wake.ts";

/** What serving CNI requests needs. */
export interface CniParts {
  readonly pool: PodAddresses;
  readonly checkpoint: Checkpoint;
  readonly kernel: Kernel;
  readonly time: Time;
  readonly log: Log;
  readonly wake: Wake;
  /** Aborts when the agent is to stop: nobody waits for an address any more. */
  readonly stopping: AbortSignal;
  /** How long an ADD waits for an address that is on its way; 0 fails at once. */
  readonly addWaitMs: number;
  /** Undefined: there is no Kubernetes. */
  readonly cluster: Cluster | undefined;
  readonly podAddressAnnotation: "on" | "off";
  /** Why the pool does not grow now, in the words of a sentence; undefined while it may. */
  readonly obstacle: () => string | undefined;
  readonly instanceType: string;
  readonly subnetCidr: (subnet: SubnetId) => Cidr | undefined;
  readonly telemetry: Pick<Telemetry, "noteCniCall" | "noteNoAddress">;
}

/** What is the same for both address families, from the node and from its agent's settings. */
export function cniPartsOf(
  { kernel, time, log, cluster, stopping }: NodePorts,
  {
    config,
    instance,
    ...parts
  }: Pick<CniParts, "pool" | "checkpoint" | "wake" | "obstacle" | "subnetCidr" | "telemetry"> & {
    readonly config: Pick<AgentConfig, "policy" | "addWaitMs" | "podAddressAnnotation">;
    readonly instance: InstanceFacts;
  },
): CniParts {
  return {
    ...parts,
    kernel,
    time,
    log,
    cluster,
    stopping,
    addWaitMs: config.policy === "stock" ? 0 : config.addWaitMs,
    podAddressAnnotation: config.podAddressAnnotation,
    instanceType: instance.instanceType,
  };
}

/** Under which key the pool holds the address of the request's interface. */
export function keyOf({ config, containerId, ifName }: ContainerRequest): OwnerKey {
  return ownerKey({ network: config.name, containerId, ifName });
}

/** The pod of a request with the address that it has. */
export function podToWire(
  { netns, ifName, config, pod: { namespace, name } }: ContainerRequest,
  lease: Lease<Ip>,
): PodToWire {
  const { address, deviceIndex } = lease;
  const { mtu, vethPrefix } = config;
  return { pod: { namespace, name }, netns, ifName, address, deviceIndex, mtu, vethPrefix };
}

/** A failure of the world as a CNI error; anything else is a bug and goes on upwards. */
export function fromError(error: unknown, code: CniFailure["code"]): CniFailure {
  if (!(error instanceof BerthError)) throw error;
  return { code, msg: error.message, details: error.fix };
}
