import { invariant } from "../base/index.ts";
import type { EniId } from "../facts/index.ts";
import { type Cidr, cidrsEqual, formatCidr, formatIpv4, type Ipv4 } from "../net/index.ts";
import {
  type AddressWish,
  checkFree,
  checkPlaces,
  giveBack,
  nothingNamed,
  readWish,
  slotsOf,
  takeWish,
} from "./address-wish.ts";
import { assignIpv6, unassignIpv6 } from "./eni-ipv6.ts";
import { checkSlots, checkTakesPrefixes, instanceOf, slotLimitOf } from "./eni-limits.ts";
import type { AddressSet, AssignAddresses, Eni, Ipv6AddressSet, Ipv6Request } from "./eni.ts";
import { checkPermitted } from "./enis.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { State } from "./state.ts";
import { accountOf } from "./subnets.ts";

/** The operations on the addresses of ENIs. All or nothing, each of them. */
export class EniAddresses {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * AssignPrivateIpAddresses. Returns only what this call has added. Failures:
   * `InvalidNetworkInterfaceID.NotFound`, `OperationNotPermitted` (the ENI of a NAT gateway),
   * `MissingParameter`, `InvalidParameterCombination` (several ways at once; prefixes without Nitro),
   * `PrivateIpAddressLimitExceeded` (the limit of the instance's type; of any type when not attached),
   * `InvalidParameterValue` (out of place, or held and not allowed to move), `InvalidIPAddress.InUse` (a prefix),
   * `InsufficientFreeAddressesInSubnet`, `InsufficientCidrBlocks`.
   */
  assign(request: AssignAddresses): Outcome<AddressSet> {
    const state = this.#state;
    const found = state.enis.find(request.eniId);
    if (!found.ok) return found;
    const eni = found.value;
    const wish = readWish(request);
    if (!wish.ok) return wish;
    const checked = checkAssign(state, eni, wish.value);
    if (!checked.ok) return checked;
    const account = accountOf(state, eni.subnetId);
    const held = wish.value.addresses.filter((ip) => !account.isFree(ip));
    const moves = findMoves(state, { eni, held, reassignment: request.reassignment });
    if (!moves.ok) return moves;
    const free = checkFree(account, { addresses: [], prefixes: wish.value.prefixes });
    if (!free.ok) return free;
    for (const { from, ip } of moves.value)
      takeFrom(state, from, { addresses: [ip], prefixes: [] });
    const taken = takeWish(account, { wish: wish.value, eniId: eni.id, random: state.random });
    if (!taken.ok) return taken;
    // Addresses may just have moved from the ENI to itself.
    const { addresses, prefixes } = state.enis.known(eni.id);
    state.enis.change(eni.id, {
      addresses: [...addresses, ...taken.value.addresses],
      prefixes: [...prefixes, ...taken.value.prefixes],
    });
    state.publish({ kind: "addressesAssigned", eniId: eni.id, ...taken.value });
    return taken;
  }

  /**
   * UnassignPrivateIpAddresses. Failures: `InvalidNetworkInterfaceID.NotFound`, `MissingParameter` (nothing named),
   * `InvalidParameterValue` (not on the ENI, or its primary address).
   */
  unassign(id: EniId, named: Partial<AddressSet>): Outcome<undefined> {
    const found = this.#state.enis.find(id);
    if (!found.ok) return found;
    const set: AddressSet = {
      addresses: unique(named.addresses ?? []),
      prefixes: named.prefixes ?? [],
    };
    if (set.addresses.length + set.prefixes.length === 0) return nothingNamed();
    const checked = checkHolds(found.value, set);
    if (!checked.ok) return checked;
    takeFrom(this.#state, id, set);
    return DONE;
  }

  /**
   * AssignIpv6Addresses. Returns only what this call has added. Failures: `InvalidNetworkInterfaceID.NotFound`,
   * `MissingParameter`, `InvalidParameterCombination`, `InvalidParameterValue` (no IPv6 in the subnet; out of
   * place), `InvalidIPAddress.InUse`, `PrivateIpAddressLimitExceeded`, `InsufficientCidrBlocks`.
   */
  assignIpv6(id: EniId, request: Ipv6Request): Outcome<Ipv6AddressSet> {
    return assignIpv6(this.#state, id, request);
  }

  /**
   * UnassignIpv6Addresses. Returns what is gone. Failures: `InvalidNetworkInterfaceID.NotFound`,
   * `MissingParameter`, `InvalidParameterValue` (not on the ENI).
   */
  unassignIpv6(id: EniId, set: Partial<Ipv6AddressSet>): Outcome<Ipv6AddressSet> {
    return unassignIpv6(this.#state, id, set);
  }
}

/** Whether the wish is one that the ENI can have, apart from who holds what. */
function checkAssign(state: State, eni: Eni, wish: AddressWish): Outcome<undefined> {
  const permitted = checkPermitted(eni);
  if (!permitted.ok) return permitted;
  if (slotsOf(wish) === 0) return nothingNamed();
  if (wish.prefixes.length + wish.prefixCount > 0) {
    const nitro = checkTakesPrefixes(instanceOf(state, eni));
    if (!nitro.ok) return nitro;
  }
  // An address that the ENI has already takes no further slot.
  const present = wish.addresses.filter((ip) => eni.addresses.includes(ip)).length;
  const slots = eni.addresses.length + eni.prefixes.length + slotsOf(wish) - present;
  const limit = checkSlots(slots, slotLimitOf(state, eni));
  if (!limit.ok) return limit;
  return checkPlaces(accountOf(state, eni.subnetId), wish);
}

interface Move {
  readonly ip: Ipv4;
  readonly from: EniId;
}

/** Where named addresses that are held come from. Failure: `InvalidParameterValue` when they can't be moved. */
function findMoves(
  state: State,
  {
    eni,
    held,
    reassignment,
  }: { eni: Eni; held: readonly Ipv4[]; reassignment: AssignAddresses["reassignment"] },
): Outcome<readonly Move[]> {
  const list = held.map(formatIpv4).join(", ");
  if (held.length > 0 && reassignment !== "allow") {
    return refuse(
      "InvalidParameterValue",
      `Some of [${list}] are assigned, but move is not allowed.`,
    );
  }
  const account = accountOf(state, eni.subnetId);
  const moves: Move[] = [];
  for (const ip of held) {
    const from = account.holderOf(ip);
    invariant(from !== undefined, "an address is neither free nor held");
    const index = state.enis.known(from).addresses.indexOf(ip);
    // The first address is the primary one; an address that isn't in the list belongs to a prefix.
    if (index <= 0) {
      return refuse(
        "InvalidParameterValue",
        `${formatIpv4(ip)} is a primary address or part of a prefix, and can't be moved.`,
      );
    }
    moves.push({ ip, from });
  }
  return done(moves);
}

function checkHolds({ id, addresses, prefixes }: Eni, set: AddressSet): Outcome<undefined> {
  const [primary, ...secondaries] = addresses;
  const stranger = set.addresses.find((ip) => ip === primary || !secondaries.includes(ip));
  if (stranger !== undefined) return notThere(id, formatIpv4(stranger));
  const prefix = set.prefixes.find((wanted) => !includes(prefixes, wanted));
  return prefix === undefined ? DONE : notThere(id, formatCidr(prefix));
}

function notThere(id: EniId, text: string): Outcome<never> {
  return refuse(
    "InvalidParameterValue",
    `Some of the specified addresses are not assigned to interface ${id}: ${text}`,
  );
}

function takeFrom(state: State, id: EniId, set: AddressSet): void {
  const eni = state.enis.known(id);
  const prefixes = eni.prefixes.filter((prefix) => includes(set.prefixes, prefix));
  giveBack(accountOf(state, eni.subnetId), { addresses: set.addresses, prefixes });
  state.enis.change(id, {
    addresses: eni.addresses.filter((ip) => !set.addresses.includes(ip)),
    prefixes: eni.prefixes.filter((prefix) => !prefixes.includes(prefix)),
  });
  state.publish({ kind: "addressesUnassigned", eniId: id, addresses: set.addresses, prefixes });
}

function includes(prefixes: readonly Cidr[], wanted: Cidr): boolean {
  return prefixes.some((prefix) => cidrsEqual(prefix, wanted));
}

function unique<T>(list: readonly T[]): readonly T[] {
  return [...new Set(list)];
}
