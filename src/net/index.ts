export {
  cidrContains,
  cidrCovers,
  cidrLast,
  cidrOf,
  cidrsEqual,
  cidrSize,
  cidrsOverlap,
  formatCidr,
  parseCidr,
  parseCidrLoose,
} from "./cidr.ts";
export type { Cidr } from "./cidr.ts";
export { cidr6Contains, cidr6Of, formatCidr6, parseCidr6 } from "./cidr6.ts";
export type { Cidr6 } from "./cidr6.ts";
export { formatIp, parseIp } from "./ip.ts";
export type { Ip } from "./ip.ts";
export { addIpv4, formatIpv4, ipv4Bytes, ipv4FromBytes, parseIpv4, toIpv4 } from "./ipv4.ts";
export type { Ipv4 } from "./ipv4.ts";
export { addIpv6, formatIpv6, ipv6Bytes, ipv6FromBytes, parseIpv6, toIpv6 } from "./ipv6.ts";
export type { Ipv6 } from "./ipv6.ts";
export { macBytes, macFromBytes, parseMac } from "./mac.ts";
export type { Mac } from "./mac.ts";
export { cidrRange, singleRange } from "./range.ts";
export type { Range } from "./range.ts";
export { RangeSet } from "./range-set.ts";
