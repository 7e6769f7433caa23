import { formatCidr, formatCidr6, formatIpv4, formatIpv6 } from "../../../net/index.ts";
import { type Action, DONE } from "../action.ts";
import { readAssigned, readAssignedIpv6 } from "../address-params.ts";
import { missingParameter } from "../fault.ts";
import { requiredId } from "../ids.ts";
import { need } from "../outcome.ts";
import { toCidr, toCidr6, toIpv4Value, toIpv6Value } from "../values.ts";
import type { World } from "../world.ts";

const assignPrivateIpAddresses: Action<World> = {
  name: "AssignPrivateIpAddresses",
  kind: "change",
  required: ["NetworkInterfaceId"],
  optional: [
    "PrivateIpAddress",
    "SecondaryPrivateIpAddressCount",
    "Ipv4Prefix",
    "Ipv4PrefixCount",
    "AllowReassignment",
  ],
  dryRun: false,
  run: ({ params, world }) => {
    const eniId = requiredId("eni", { params, name: "NetworkInterfaceId" });
    const reassignment = params.bool("AllowReassignment") === true ? "allow" : "refuse";
    const request = { eniId, reassignment, ...readAssigned(params) } as const;
    const added = need(world.region.addresses.assign(request));
    return {
      networkInterfaceId: eniId,
      assignedPrivateIpAddressesSet: added.addresses.map((ip) => ({
        privateIpAddress: formatIpv4(ip),
      })),
      assignedIpv4PrefixSet: added.prefixes.map((prefix) => ({ ipv4Prefix: formatCidr(prefix) })),
    };
  },
};

const unassignPrivateIpAddresses: Action<World> = {
  name: "UnassignPrivateIpAddresses",
  kind: "change",
  required: ["NetworkInterfaceId"],
  optional: ["PrivateIpAddress", "Ipv4Prefix"],
  dryRun: false,
  run: ({ params, world }) => {
    const eniId = requiredId("eni", { params, name: "NetworkInterfaceId" });
    const addresses = params.list("PrivateIpAddress").map(toIpv4Value);
    const prefixes = params.list("Ipv4Prefix").map(toCidr);
    if (addresses.length + prefixes.length === 0) throw missingParameter("PrivateIpAddress");
    need(world.region.addresses.unassign(eniId, { addresses, prefixes }));
    return DONE;
  },
};

const assignIpv6Addresses: Action<World> = {
  name: "AssignIpv6Addresses",
  kind: "change",
  required: ["NetworkInterfaceId"],
  optional: ["Ipv6AddressCount", "Ipv6Addresses", "Ipv6PrefixCount", "Ipv6Prefix"],
  dryRun: false,
  run: ({ params, world }) => {
    const eniId = requiredId("eni", { params, name: "NetworkInterfaceId" });
    const added = need(world.region.addresses.assignIpv6(eniId, readAssignedIpv6(params)));
    return {
      networkInterfaceId: eniId,
      assignedIpv6Addresses: added.addresses.map(formatIpv6),
      assignedIpv6PrefixSet: added.prefixes.map(formatCidr6),
    };
  },
};

const unassignIpv6Addresses: Action<World> = {
  name: "UnassignIpv6Addresses",
  kind: "change",
  required: ["NetworkInterfaceId"],
  optional: ["Ipv6Addresses", "Ipv6Prefix"],
  dryRun: false,
  run: ({ params, world }) => {
    const eniId = requiredId("eni", { params, name: "NetworkInterfaceId" });
    const addresses = params.list("Ipv6Addresses").map(toIpv6Value);
    const prefixes = params.list("Ipv6Prefix").map(toCidr6);
    if (addresses.length + prefixes.length === 0) throw missingParameter("Ipv6Addresses");
    const removed = need(world.region.addresses.unassignIpv6(eniId, { addresses, prefixes }));
    return {
      networkInterfaceId: eniId,
      unassignedIpv6Addresses: removed.addresses.map(formatIpv6),
      unassignedIpv6PrefixSet: removed.prefixes.map(formatCidr6),
    };
  },
};

/** The actions on the addresses of network interfaces. */
export const eniAddressActions: readonly Action<World>[] = [
  assignPrivateIpAddresses,
  unassignPrivateIpAddresses,
  assignIpv6Addresses,
  unassignIpv6Addresses,
];
