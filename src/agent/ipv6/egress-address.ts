import { EGRESS_CAPACITY, FIRST_EGRESS_ADDRESS } from "../../dataplane/index.ts";
import { addIpv4 } from "../../net/index.ts";
import type { Ipv4, Ipv6 } from "../../net/index.ts";
import { numberOf } from "../../pool/index.ts";

/**
 * The egress address of a pod: that of the block with the same number as the pod's own address has in its prefix, so
 * nothing has to be remembered. Undefined for a pod beyond the block, of an agent that gave none.
 */
export function egressAddressOf(address: Ipv6): Ipv4 | undefined {
  const number = numberOf(address);
  return number < EGRESS_CAPACITY ? addIpv4(FIRST_EGRESS_ADDRESS, Number(number)) : undefined;
}
