import { invariant } from "../base/index.ts";
import type { EniId } from "../facts/index.ts";
import { formatCidr6, formatIpv6 } from "../net/index.ts";
import { nothingNamed } from "./address-wish.ts";
import { checkSlots, slotLimitOf } from "./eni-limits.ts";
import type { Eni, Ipv6AddressSet, Ipv6Request } from "./eni.ts";
import { checkPermitted } from "./enis.ts";
import { done, type Outcome, refuse } from "./failure.ts";
import { giveBackIpv6, ipv6SlotsOf, readIpv6Wish, takeIpv6 } from "./ipv6-wish.ts";
import type { State } from "./state.ts";

/** AssignIpv6Addresses. */
export function assignIpv6(state: State, id: EniId, request: Ipv6Request): Outcome<Ipv6AddressSet> {
  const found = state.enis.find(id);
  if (!found.ok) return found;
  const eni = found.value;
  const permitted = checkPermitted(eni);
  if (!permitted.ok) return permitted;
  const wish = readIpv6Wish(request);
  if (!wish.ok) return wish;
  if (ipv6SlotsOf(wish.value) === 0) return nothingNamed();
  // EC2's limit of IPv6 addresses for an ENI is that of IPv4 for nearly all types.
  const slots = eni.ipv6Addresses.length + eni.ipv6Prefixes.length + ipv6SlotsOf(wish.value);
  const limit = checkSlots(slots, slotLimitOf(state, eni));
  if (!limit.ok) return limit;
  const { random } = state;
  const taken = takeIpv6(state.ipv6.get(eni.subnetId), { wish: wish.value, eniId: id, random });
  if (!taken.ok) return taken;
  state.enis.change(id, {
    ipv6Addresses: [...eni.ipv6Addresses, ...taken.value.addresses],
    ipv6Prefixes: [...eni.ipv6Prefixes, ...taken.value.prefixes],
  });
  state.publish({ kind: "ipv6Assigned", eniId: id, ...taken.value });
  return taken;
}

/** UnassignIpv6Addresses. */
export function unassignIpv6(
  state: State,
  id: EniId,
  named: Partial<Ipv6AddressSet>,
): Outcome<Ipv6AddressSet> {
  const found = state.enis.find(id);
  if (!found.ok) return found;
  const eni = found.value;
  const addresses = new Set(named.addresses ?? []);
  const bases = new Set((named.prefixes ?? []).map((prefix) => prefix.base));
  if (addresses.size + bases.size === 0) return nothingNamed();
  const checked = checkHolds(eni, named);
  if (!checked.ok) return checked;
  const gone: Ipv6AddressSet = {
    addresses: eni.ipv6Addresses.filter((ip) => addresses.has(ip)),
    prefixes: eni.ipv6Prefixes.filter(({ base }) => bases.has(base)),
  };
  const account = state.ipv6.get(eni.subnetId);
  invariant(account !== undefined, `${eni.subnetId} has no IPv6 account`);
  giveBackIpv6(account, gone);
  state.enis.change(id, {
    ipv6Addresses: eni.ipv6Addresses.filter((ip) => !addresses.has(ip)),
    ipv6Prefixes: eni.ipv6Prefixes.filter(({ base }) => !bases.has(base)),
  });
  state.publish({ kind: "ipv6Unassigned", eniId: id, ...gone });
  return done(gone);
}

function checkHolds(
  { id, ipv6Addresses, ipv6Prefixes }: Eni,
  { addresses = [], prefixes = [] }: Partial<Ipv6AddressSet>,
): Outcome<undefined> {
  const held = new Set([...ipv6Addresses.map(formatIpv6), ...ipv6Prefixes.map(formatCidr6)]);
  const named = [...addresses.map(formatIpv6), ...prefixes.map(formatCidr6)];
  const stranger = named.find((text) => !held.has(text));
  if (stranger === undefined) return done(undefined);
  return refuse(
    "InvalidParameterValue",
    `Some of the specified addresses are not assigned to interface ${id}: ${stranger}`,
  );
}
