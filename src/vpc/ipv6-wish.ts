import type { Random } from "../base/index.ts";
import { type EniId, IPV6_PREFIX_BITS } from "../facts/index.ts";
import {
  type Cidr6,
  cidr6Contains,
  cidr6Of,
  formatCidr6,
  formatIpv6,
  type Ipv6,
} from "../net/index.ts";
import type { Ipv6AddressSet, Ipv6Request } from "./eni.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { SubnetIpv6 } from "./subnet-ipv6.ts";

/** What an ENI shall get of IPv6: named addresses and /80s, and how many of EC2's choice. */
export interface Ipv6Wish {
  readonly addresses: readonly Ipv6[];
  readonly addressCount: number;
  readonly prefixes: readonly Cidr6[];
  readonly prefixCount: number;
}

/** How many addresses and prefixes are wished for. */
export function ipv6SlotsOf({ addresses, addressCount, prefixes, prefixCount }: Ipv6Wish): number {
  return addresses.length + addressCount + prefixes.length + prefixCount;
}

/** Failures: `InvalidParameterCombination` (several ways at once), `InvalidParameterValue` (a negative count). */
export function readIpv6Wish(request: Ipv6Request): Outcome<Ipv6Wish> {
  const { ipv6Addresses = [], ipv6Count = 0, ipv6Prefixes = [], ipv6PrefixCount = 0 } = request;
  const ways = [ipv6Addresses.length, ipv6Count, ipv6Prefixes.length, ipv6PrefixCount];
  if (ways.filter((way) => way !== 0).length > 1) {
    return refuse(
      "InvalidParameterCombination",
      "Only one of ipv6AddressCount, ipv6Addresses, ipv6PrefixCount and ipv6Prefixes can be used",
    );
  }
  if (ipv6Count < 0 || ipv6PrefixCount < 0) {
    return refuse("InvalidParameterValue", "Counts of addresses and prefixes must be 1 or more");
  }
  return done({
    addresses: ipv6Addresses,
    addressCount: ipv6Count,
    prefixes: ipv6Prefixes,
    prefixCount: ipv6PrefixCount,
  });
}

/**
 * Takes the wish out of the subnet's account. All or nothing. Failures: `InvalidParameterValue` (no IPv6 in the
 * subnet, or a named one out of place), `InvalidIPAddress.InUse`, `InsufficientCidrBlocks`.
 */
export function takeIpv6(
  account: SubnetIpv6 | undefined,
  { wish, eniId, random }: { wish: Ipv6Wish; eniId: EniId; random: Random },
): Outcome<Ipv6AddressSet> {
  if (ipv6SlotsOf(wish) === 0) return done({ addresses: [], prefixes: [] });
  if (account === undefined) {
    return refuse("InvalidParameterValue", "The subnet has no IPv6 CIDR block");
  }
  const checked = checkNamed(account, wish);
  if (!checked.ok) return checked;
  const addresses: Ipv6[] = [];
  const prefixes: Cidr6[] = [];
  const holdPrefix = (base: Ipv6): void => {
    account.holdPrefix(base, eniId);
    prefixes.push(cidr6Of(base, IPV6_PREFIX_BITS));
  };
  for (const { base } of wish.prefixes) holdPrefix(base);
  for (let n = 0; n < wish.prefixCount; n++) {
    const base = account.pickPrefix(random);
    if (base === undefined) {
      giveBackIpv6(account, { addresses, prefixes });
      return refuse("InsufficientCidrBlocks", NO_BLOCKS);
    }
    holdPrefix(base);
  }
  for (const ip of wish.addresses) {
    account.hold(ip, eniId);
    addresses.push(ip);
  }
  for (let n = 0; n < wish.addressCount; n++) {
    const ip = account.pick(random);
    account.hold(ip, eniId);
    addresses.push(ip);
  }
  return done({ addresses, prefixes });
}

const NO_BLOCKS =
  "The specified subnet does not have enough free cidr blocks to satisfy the request.";

/** Gives addresses and prefixes back to the subnet's account. */
export function giveBackIpv6(account: SubnetIpv6, { addresses, prefixes }: Ipv6AddressSet): void {
  for (const ip of addresses) account.release(ip);
  for (const { base } of prefixes) account.releasePrefix(base);
}

function checkNamed(account: SubnetIpv6, { addresses, prefixes }: Ipv6Wish): Outcome<undefined> {
  for (const ip of addresses) {
    if (!cidr6Contains(account.cidr, ip) || account.keeps(ip)) return outOfPlace(formatIpv6(ip));
    if (account.holderOf(ip) !== undefined) return inUse(formatIpv6(ip));
  }
  for (const prefix of prefixes) {
    const fits = prefix.bits === IPV6_PREFIX_BITS && cidr6Contains(account.cidr, prefix.base);
    if (!fits) return outOfPlace(formatCidr6(prefix));
    if (!account.isFreePrefix(prefix.base)) return inUse(formatCidr6(prefix));
  }
  const texts = [...addresses.map(formatIpv6), ...prefixes.map(formatCidr6)];
  return new Set(texts).size === texts.length ? DONE : outOfPlace(texts.join(", "));
}

function outOfPlace(text: string): Outcome<never> {
  return refuse("InvalidParameterValue", `${text} can't be assigned in the subnet`);
}

function inUse(text: string): Outcome<never> {
  return refuse("InvalidIPAddress.InUse", `${text} is in use.`);
}
