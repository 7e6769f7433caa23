import type { InstanceId } from "../../facts/index.ts";
import { parseIpv4 } from "../../net/index.ts";
import type { Region } from "../../vpc/index.ts";

/** The instance that holds an address, on any of its ENIs, by itself or in a prefix; undefined when none does. */
export function instanceOfAddress(region: Region, remoteAddress: string): InstanceId | undefined {
  const ip = parseIpv4(remoteAddress);
  if (ip === undefined) return undefined;
  for (const vpc of region.records.vpcs.list()) {
    const eniId = region.subnets.holderOf(vpc.id, ip);
    if (eniId !== undefined) return region.records.enis.get(eniId)?.attachment?.instanceId;
  }
  return undefined;
}
