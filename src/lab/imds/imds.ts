import type { Random } from "../../base/index.ts";
import type { InstanceId } from "../../facts/index.ts";
import type { MetadataOptions, Region } from "../../vpc/index.ts";
import { instanceOfAddress } from "./instance-of.ts";
import { instanceTree } from "./instance-tree.ts";
import { createMetadataServer, type MetadataServer } from "./server.ts";
import { Sessions } from "./sessions.ts";
import { type MetadataLag, ShownInterfaces, TYPICAL_LAG } from "./shown-interfaces.ts";
import type { MetadataTree } from "./tree.ts";

/** What the lab's instance metadata service is made of. */
export interface ImdsOptions {
  /** The region whose instances ask. Every request first advances it to the time of the clock. */
  readonly region: Region;
  /** The time, milliseconds since the epoch. */
  readonly nowMs: () => number;
  /** Session tokens come from here. */
  readonly random: Random;
  /** The instance behind a source address. Default: the one that holds it on an ENI. */
  readonly instanceOf?: (remoteAddress: string) => InstanceId | undefined;
  /** Default: {@link TYPICAL_LAG}. */
  readonly lag?: MetadataLag;
  /** For instances that were started without metadata options. Default: sessions optional, tags off. */
  readonly defaults?: MetadataOptions;
  /** The role of instances that were started without a profile. Default `berth-node`. */
  readonly defaultRole?: string;
  /** Called with failures that are ours. Default: nothing. */
  readonly onBug?: (error: unknown) => void;
}

/** What EC2 gives an instance for which nothing was asked. */
export const DEFAULT_METADATA_OPTIONS: MetadataOptions = {
  httpTokens: "optional",
  httpEndpoint: "enabled",
  httpPutResponseHopLimit: 1,
  instanceMetadataTags: "disabled",
};

/**
 * The instance metadata service for all instances of a region: who asks is told by the source address.
 * The hop limit is not emulated here: it is the TTL of the packets, which the network has to take care of.
 */
export function createImds(options: ImdsOptions): MetadataServer {
  const { region, nowMs, defaults = DEFAULT_METADATA_OPTIONS } = options;
  const interfaces = new ShownInterfaces(region, options.lag ?? TYPICAL_LAG);
  const defaultRole = options.defaultRole ?? "berth-node";
  return createMetadataServer({
    sessions: new Sessions(options.random),
    arriveMs: () => {
      const atMs = nowMs();
      region.advance(atMs);
      return atMs;
    },
    onBug: options.onBug ?? (() => undefined),
    instanceOf: options.instanceOf ?? ((address) => instanceOfAddress(region, address)),
    optionsOf: (id) => region.records.instances.get(id)?.details.metadata ?? defaults,
    treeOf: (id, atMs): MetadataTree => {
      const instance = region.records.instances.get(id);
      if (instance === undefined) return {};
      const enis = interfaces.of(id);
      return { latest: instanceTree({ instance, enis, region, defaultRole, nowMs: atMs }) };
    },
  });
}
