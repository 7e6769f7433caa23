import type { Ec2Eni } from "./ec2.ts";
import type { MetadataEni } from "./metadata.ts";
import { SUBNET } from "./tiny-instance.ts";

/** For the tests of this room: an attached ENI as metadata shows it. */
export function inMetadata(eni: Ec2Eni): MetadataEni[] {
  const { id, mac, attachment, subnet, primaryIpv4, secondaryIpv4s, prefixes, ipv6Prefixes } = eni;
  if (attachment === undefined || primaryIpv4 === undefined) return [];
  const { deviceIndex, networkCard } = attachment;
  const place = { deviceIndex, networkCard, subnet, subnetCidr: SUBNET };
  return [{ id, mac, ...place, ipv4s: [primaryIpv4, ...secondaryIpv4s], prefixes, ipv6Prefixes }];
}
