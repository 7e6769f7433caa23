import type { SecurityGroupId, SubnetId, VpcId } from "../facts/index.ts";
import { type Ipv4, type Mac, macFromBytes } from "../net/index.ts";
import { checkFree, checkPlaces, giveBack, readWish, slotsOf, takeWish } from "./address-wish.ts";
import { checkSlots } from "./eni-limits.ts";
import type { AddressSet, CreateEni, Eni } from "./eni.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import { giveBackIpv6, ipv6SlotsOf, readIpv6Wish, takeIpv6 } from "./ipv6-wish.ts";
import { refreshRoutesTo } from "./route-changes.ts";
import type { State } from "./state.ts";
import type { Subnet } from "./subnet.ts";
import { accountOf } from "./subnets.ts";
import { checkTags, putTags } from "./tags.ts";

/** What an ENI is made from, by a user or by EC2 itself. */
export interface NewEni extends Omit<CreateEni, "interfaceType"> {
  readonly interfaceType?: Eni["interfaceType"] | undefined;
}

/** Makes an ENI, without telling the followers. Failures: those of CreateNetworkInterface. */
export function makeEni(state: State, request: NewEni): Outcome<Eni> {
  const subnet = state.subnets.find(request.subnetId);
  if (!subnet.ok) return subnet;
  const groupIds = groupsFor(state, { request, vpcId: subnet.value.vpcId });
  if (!groupIds.ok) return groupIds;
  const checked = checkTags(state, { given: request.tags });
  if (!checked.ok) return checked;
  const max = state.settings.quotas.enis;
  if (state.enis.size >= max) {
    return refuse(
      "NetworkInterfaceLimitExceeded",
      `The maximum number of network interfaces, ${max}, has been reached.`,
    );
  }
  const id = state.newId("eni");
  const ipv4 = takeIpv4(state, { id, request });
  if (!ipv4.ok) return ipv4;
  const ipv6 = takeIpv6For(state, { id, request, subnet: subnet.value });
  if (!ipv6.ok) {
    giveBack(accountOf(state, request.subnetId), ipv4.value);
    return ipv6;
  }
  const eni = state.enis.put({
    id,
    subnetId: request.subnetId,
    vpcId: subnet.value.vpcId,
    zone: subnet.value.zone,
    mac: newMac(state),
    description: request.description ?? "",
    interfaceType: request.interfaceType ?? "interface",
    ...ipv4.value,
    ipv6Addresses: ipv6.value.addresses,
    ipv6Prefixes: ipv6.value.prefixes,
    groupIds: groupIds.value,
    sourceDestCheck: request.interfaceType !== "natGateway",
    requesterManaged: request.interfaceType === "natGateway",
    connectionTracking: request.connectionTracking,
    attachment: undefined,
  });
  enisIn(state, request.subnetId).add(id);
  putTags(state, id, request.tags);
  return done(eni);
}

/** Takes an ENI that isn't attached out of the region, and gives its addresses back, without telling the followers. */
export function dropEni(state: State, eni: Eni): void {
  giveBack(accountOf(state, eni.subnetId), eni);
  const ipv6 = state.ipv6.get(eni.subnetId);
  if (ipv6 !== undefined) {
    giveBackIpv6(ipv6, { addresses: eni.ipv6Addresses, prefixes: eni.ipv6Prefixes });
  }
  state.enis.delete(eni.id);
  state.macs.delete(eni.mac);
  state.tags.delete(eni.id);
  for (const { id, association } of state.elasticIps.list()) {
    if (association?.eniId === eni.id) state.elasticIps.change(id, { association: undefined });
  }
  enisIn(state, eni.subnetId).delete(eni.id);
}

/** {@link dropEni}, and tells the followers. */
export function deleteEni(state: State, eni: Eni): void {
  dropEni(state, eni);
  state.publish({ kind: "eniDeleted", eniId: eni.id, eni });
  refreshRoutesTo(state, { kind: "eni", id: eni.id });
}

/**
 * Whether an ENI in the VPC can have the groups. Failures: `InvalidGroup.NotFound`, `InvalidParameter`
 * (of another VPC), `SecurityGroupsPerInterfaceLimitExceeded`.
 */
export function checkGroups(
  state: State,
  { groupIds, vpcId }: { groupIds: readonly SecurityGroupId[]; vpcId: VpcId },
): Outcome<undefined> {
  for (const id of groupIds) {
    const group = state.groups.find(id);
    if (!group.ok) return group;
    if (group.value.vpcId !== vpcId) {
      return refuse(
        "InvalidParameter",
        `Security group ${id} and the subnet belong to different networks.`,
      );
    }
  }
  const max = state.settings.quotas.groupsPerEni;
  if (groupIds.length <= max) return DONE;
  return refuse(
    "SecurityGroupsPerInterfaceLimitExceeded",
    `The maximum number of security groups per interface, ${max}, has been exceeded.`,
  );
}

function groupsFor(
  state: State,
  { request, vpcId }: { request: NewEni; vpcId: VpcId },
): Outcome<readonly SecurityGroupId[]> {
  if (request.interfaceType === "natGateway") return done([]);
  const given = [...new Set(request.groupIds ?? [])];
  const groupIds = given.length > 0 ? given : [state.vpcs.known(vpcId).defaultGroupId];
  const checked = checkGroups(state, { groupIds, vpcId });
  return checked.ok ? done(groupIds) : checked;
}

function takeIpv4(
  state: State,
  { id, request }: { id: Eni["id"]; request: NewEni },
): Outcome<AddressSet> {
  const rest = readWish(request);
  if (!rest.ok) return rest;
  const { primary, interfaceType, subnetId } = request;
  if (interfaceType === "efa-only") {
    return slotsOf(rest.value) === 0 && primary === undefined
      ? done({ addresses: [], prefixes: [] })
      : efaOnly();
  }
  const wish = {
    ...rest.value,
    addresses: [...(primary === undefined ? [] : [primary]), ...rest.value.addresses],
    addressCount: rest.value.addressCount + (primary === undefined ? 1 : 0),
  };
  const slots = checkSlots(slotsOf(wish));
  if (!slots.ok) return slots;
  const account = accountOf(state, subnetId);
  const places = checkPlaces(account, wish);
  if (!places.ok) return places;
  const free = checkFree(account, wish);
  if (!free.ok) return free;
  const taken = takeWish(account, { wish, eniId: id, random: state.random });
  if (!taken.ok || primary !== undefined) return taken;
  // EC2's choice of a primary address stands after the named secondary ones: it goes first.
  const named = wish.addresses.length;
  const { addresses, prefixes } = taken.value;
  const first: readonly Ipv4[] = addresses.slice(named, named + 1);
  return done({
    addresses: [...first, ...addresses.slice(0, named), ...addresses.slice(named + 1)],
    prefixes,
  });
}

function efaOnly(): Outcome<never> {
  return refuse("InvalidParameterCombination", "An interface of type efa-only has no IP addresses");
}

function takeIpv6For(
  state: State,
  { id, request, subnet }: { id: Eni["id"]; request: NewEni; subnet: Subnet },
): ReturnType<typeof takeIpv6> {
  const read = readIpv6Wish(request);
  if (!read.ok) return read;
  const byDefault = subnet.assignIpv6OnCreation && request.interfaceType !== "natGateway" ? 1 : 0;
  const wish =
    ipv6SlotsOf(read.value) === 0 ? { ...read.value, addressCount: byDefault } : read.value;
  return takeIpv6(state.ipv6.get(subnet.id), { wish, eniId: id, random: state.random });
}

function enisIn(state: State, id: SubnetId): Set<Eni["id"]> {
  const present = state.enisOfSubnet.get(id);
  if (present !== undefined) return present;
  const empty = new Set<Eni["id"]>();
  state.enisOfSubnet.set(id, empty);
  return empty;
}

/** First bytes of EC2's addresses: locally administered, unicast. */
const MAC_FIRST_BYTES = [0x02, 0x06, 0x0a, 0x0e];

function newMac(state: State): Mac {
  const { random } = state;
  const rest = Array.from({ length: 5 }, () => random.below(256));
  const mac = macFromBytes([random.pick(MAC_FIRST_BYTES), ...rest]);
  if (state.macs.has(mac)) return newMac(state);
  state.macs.add(mac);
  return mac;
}
