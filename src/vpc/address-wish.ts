import { ADDRESSES_PER_PREFIX, type EniId, PREFIX_BITS } from "../facts/index.ts";
import {
  type Cidr,
  cidrContains,
  cidrCovers,
  cidrLast,
  formatCidr,
  formatIpv4,
  type Ipv4,
} from "../net/index.ts";
import type { Random } from "../base/index.ts";
import type { AddressRequest, AddressSet } from "./eni.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { SubnetAddresses } from "./subnet-addresses.ts";

/** What an ENI shall get: named addresses and prefixes, and how many of EC2's choice. */
export interface AddressWish {
  readonly addresses: readonly Ipv4[];
  readonly addressCount: number;
  readonly prefixes: readonly Cidr[];
  readonly prefixCount: number;
}

/** How many slots of an ENI the wish takes: a prefix takes one, as an address does. */
export function slotsOf({ addresses, addressCount, prefixes, prefixCount }: AddressWish): number {
  return addresses.length + addressCount + prefixes.length + prefixCount;
}

/**
 * The wish for what comes besides the primary address.
 * Failures: `InvalidParameterCombination` (several ways at once), `InvalidParameterValue` (a negative count).
 */
export function readWish(request: Omit<AddressRequest, "primary">): Outcome<AddressWish> {
  const { secondaries = [], secondaryCount = 0, prefixes = [], prefixCount = 0 } = request;
  const ways = [secondaries.length, secondaryCount, prefixes.length, prefixCount];
  if (ways.filter((way) => way !== 0).length > 1) {
    return refuse(
      "InvalidParameterCombination",
      "Only one of secondaryPrivateIpAddressCount, privateIpAddresses, ipv4PrefixCount and ipv4Prefixes can be used",
    );
  }
  if (secondaryCount < 0 || prefixCount < 0) {
    return refuse("InvalidParameterValue", "Counts of addresses and prefixes must be 1 or more");
  }
  return done({ addresses: secondaries, addressCount: secondaryCount, prefixes, prefixCount });
}

/** What EC2 says when neither addresses nor prefixes, nor a count of them, are given. */
export function nothingNamed(): Outcome<never> {
  return refuse(
    "MissingParameter",
    "Either IP addresses, prefixes or a count of them must be specified",
  );
}

/** Whether what is named can be held in the subnet at all. Failure: `InvalidParameterValue`. */
export function checkPlaces(
  account: SubnetAddresses,
  { addresses, prefixes }: AddressWish,
): Outcome<undefined> {
  for (const ip of addresses) {
    if (!cidrContains(account.cidr, ip)) {
      return refuse(
        "InvalidParameterValue",
        `Address ${formatIpv4(ip)} does not fall within the subnet's address range`,
      );
    }
    if (account.keeps(ip)) {
      return refuse(
        "InvalidParameterValue",
        `Address ${formatIpv4(ip)} is in subnet's reserved address range`,
      );
    }
  }
  for (const prefix of prefixes) {
    if (prefix.bits !== PREFIX_BITS) {
      return refuse(
        "InvalidParameterValue",
        `Prefix ${formatCidr(prefix)} is not a /${PREFIX_BITS}`,
      );
    }
    if (!cidrCovers(account.cidr, prefix)) {
      return refuse(
        "InvalidParameterValue",
        `Prefix ${formatCidr(prefix)} does not fall within the subnet's address range`,
      );
    }
    if (account.keeps(prefix.base) || account.keeps(cidrLast(prefix))) {
      return refuse(
        "InvalidParameterValue",
        `Prefix ${formatCidr(prefix)} is in subnet's reserved address range`,
      );
    }
  }
  const inside = addresses.find((ip) => prefixes.some((prefix) => cidrContains(prefix, ip)));
  if (inside !== undefined) {
    return refuse(
      "InvalidParameterValue",
      `Address ${formatIpv4(inside)} is in one of the prefixes`,
    );
  }
  return checkTwice([...addresses.map(formatIpv4), ...prefixes.map(formatCidr)]);
}

/** Whether what is named is free. Failure: `InvalidIPAddress.InUse`. */
export function checkFree(
  account: SubnetAddresses,
  { addresses, prefixes }: Pick<AddressWish, "addresses" | "prefixes">,
): Outcome<undefined> {
  const taken = addresses.find((ip) => !account.isFree(ip));
  if (taken !== undefined) {
    return refuse("InvalidIPAddress.InUse", `Address ${formatIpv4(taken)} is in use.`);
  }
  const takenPrefix = prefixes.find((prefix) => !account.isFreePrefix(prefix));
  if (takenPrefix !== undefined) {
    return refuse("InvalidIPAddress.InUse", `Prefix ${formatCidr(takenPrefix)} is in use.`);
  }
  return DONE;
}

/**
 * Takes a checked wish out of the subnet's account: what is named first, then EC2's choice. All or nothing.
 * Failures: `InsufficientCidrBlocks` (no whole /28), `InvalidParameterValue` (fewer free addresses than the prefixes
 * have), `InsufficientFreeAddressesInSubnet`.
 */
export function takeWish(
  account: SubnetAddresses,
  { wish, eniId, random }: { wish: AddressWish; eniId: EniId; random: Random },
): Outcome<AddressSet> {
  const addresses = [...wish.addresses];
  const prefixes = [...wish.prefixes];
  for (const ip of addresses) account.hold(ip, eniId);
  for (const prefix of prefixes) account.holdPrefix(prefix, eniId);
  // Prefixes before single addresses: those would break up what little is left.
  for (let n = 0; n < wish.prefixCount; n++) {
    const prefix = account.pickPrefix(random);
    if (prefix === undefined) {
      giveBack(account, { addresses, prefixes });
      return noBlocks(account, wish.prefixCount);
    }
    account.holdPrefix(prefix, eniId);
    prefixes.push(prefix);
  }
  for (let n = 0; n < wish.addressCount; n++) {
    const ip = account.pick(random);
    if (ip === undefined) {
      giveBack(account, { addresses, prefixes });
      return refuse("InsufficientFreeAddressesInSubnet", NO_ADDRESSES);
    }
    account.hold(ip, eniId);
    addresses.push(ip);
  }
  return done({ addresses, prefixes });
}

// Which of the two codes EC2 gives for what is told by AWS in cilium/cilium#31016.
function noBlocks(account: SubnetAddresses, count: number): Outcome<never> {
  return account.freeCount < count * ADDRESSES_PER_PREFIX
    ? refuse("InvalidParameterValue", TOO_MANY)
    : refuse("InsufficientCidrBlocks", NO_BLOCKS);
}

const TOO_MANY = "There aren't sufficient free Ipv4 addresses or prefixes";
const NO_BLOCKS =
  "The specified subnet does not have enough free cidr blocks to satisfy the request.";
const NO_ADDRESSES =
  "The specified subnet does not have enough free addresses to satisfy the request.";

/** Gives addresses and prefixes back to the subnet's account. */
export function giveBack(account: SubnetAddresses, { addresses, prefixes }: AddressSet): void {
  for (const ip of addresses) account.release(ip);
  for (const prefix of prefixes) account.releasePrefix(prefix);
}

function checkTwice(texts: readonly string[]): Outcome<undefined> {
  const twice = texts.find((text, index) => texts.indexOf(text) < index);
  if (twice === undefined) return DONE;
  return refuse("InvalidParameterValue", `${twice} is specified more than once`);
}
