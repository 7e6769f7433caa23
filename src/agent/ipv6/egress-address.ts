import { addIpv4 } from "../../net/index.ts";
import type { Ipv4, Ipv6 } from "../../net/index.ts";
import { EGRESS_BLOCK } from "../../dataplane/index.ts";
import { numberOf } from "../../pool/index.ts";

/** The network's own address and the gateway's come before, and the broadcast address after. */
const FIRST = 2;
const LAST = 1022;

/** How many pods of a node can have an IPv4 egress address. */
export const EGRESS_CAPACITY: number = LAST - FIRST + 1;

/**
 * The egress address of a pod: that of the block with the same number as the pod's own address has in its prefix, so
 * nothing has to be remembered. Undefined for a pod beyond the block, of an agent that gave none.
 */
export function egressAddressOf(address: Ipv6): Ipv4 | undefined {
  const number = numberOf(address);
  return number < EGRESS_CAPACITY ? addIpv4(EGRESS_BLOCK.base, FIRST + Number(number)) : undefined;
}
