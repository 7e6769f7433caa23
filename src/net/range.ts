import { type Cidr, cidrLast } from "./cidr.ts";
import type { Ipv4 } from "./ipv4.ts";

/** The addresses from `first` to `last`, both included; `first` is not above `last`. */
export interface Range {
  readonly first: Ipv4;
  readonly last: Ipv4;
}

/** The addresses of a block. */
export function cidrRange(cidr: Cidr): Range {
  return { first: cidr.base, last: cidrLast(cidr) };
}

/** One address as a range. */
export function singleRange(ip: Ipv4): Range {
  return { first: ip, last: ip };
}
