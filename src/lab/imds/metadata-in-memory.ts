import type { InstanceId } from "../../facts/index.ts";
import type { Region } from "../../vpc/index.ts";
import { instanceTree } from "./instance-tree.ts";
import { ShownInterfaces, TYPICAL_LAG } from "./shown-interfaces.ts";
import { lookUp } from "./tree.ts";

/** The metadata of one instance, without a connection and its sessions. */
export interface InstanceReader {
  /** The body at a path such as `/latest/meta-data/mac`; undefined when there is no such thing. */
  get(path: string): Promise<string | undefined>;
}

/** Reads the metadata of a region's instances inside this process, with the lag that it has over a connection. */
export function metadataInMemory({
  region,
  nowMs,
  defaultRole,
}: {
  readonly region: Region;
  readonly nowMs: () => number;
  readonly defaultRole: string;
}): (id: InstanceId) => InstanceReader {
  const interfaces = new ShownInterfaces(region, TYPICAL_LAG);
  return (id) => ({
    get: async (path) => {
      const atMs = nowMs();
      region.advance(atMs);
      const instance = region.records.instances.get(id);
      if (instance === undefined) return Promise.resolve(undefined);
      const enis = interfaces.of(id);
      const tree = { latest: instanceTree({ instance, enis, region, defaultRole, nowMs: atMs }) };
      const names = path.split("/").filter((name) => name !== "");
      return Promise.resolve(lookUp(tree, names));
    },
  });
}
