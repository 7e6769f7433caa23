import { invariant } from "../../base/index.ts";
import { addIpv4, type Cidr, cidrsOverlap, type Ipv4, parseCidr } from "../../net/index.ts";

/** The ranges of services on EKS: the usual one, and the one when the VPC is there (EKS user guide, "serviceIpv4Cidr"). */
const RANGES = ["172.20.0.0/16", "10.100.0.0/16"];

/** The address of the service `kubernetes`: the first of the first range that no block of the VPC overlaps, or of the first. */
export function serviceAddressFor(vpcCidrs: readonly Cidr[]): Ipv4 {
  const ranges = RANGES.flatMap((text) => parseCidr(text) ?? []);
  const free = ranges.find((range) => !vpcCidrs.some((cidr) => cidrsOverlap(cidr, range)));
  const range = free ?? ranges[0];
  invariant(range !== undefined, "the ranges are blocks");
  return addIpv4(range.base, 1);
}
