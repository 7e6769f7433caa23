import { assertNever } from "../base/index.ts";
import { formatCidr, formatCidr6 } from "../net/index.ts";
import { done, type Outcome, refuse } from "./failure.ts";
import type { Peer, Permission } from "./security-group.ts";

/** Protocols that EC2 calls by name, by their number (IANA, "Protocol Numbers"). */
const NAMES: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
};

/**
 * A permission as EC2 keeps it: protocols by name where they have one, no ports where there are none.
 * Failure: `InvalidParameterValue` (protocol, ports).
 */
export function readPermission(given: Permission): Outcome<Permission> {
  const lower = given.protocol.toLowerCase();
  const protocol = lower === "all" ? "-1" : (NAMES[lower] ?? lower);
  const { peer, description } = given;
  switch (protocol) {
    case "tcp":
    case "udp":
      return readPorts({ ...given, protocol }, { min: 0, max: 65_535 });
    case "icmp":
    case "icmpv6":
      return readIcmp({ ...given, protocol });
    default:
      if (!/^(-1|\d{1,3})$/.test(protocol) || Number(protocol) > 255) {
        return refuse(
          "InvalidParameterValue",
          `Invalid value '${given.protocol}' for IP protocol. Unknown protocol.`,
        );
      }
      return done({ protocol, peer, description });
  }
}

function readPorts(
  given: Permission,
  { min, max }: { min: number; max: number },
): Outcome<Permission> {
  const { fromPort, toPort } = given;
  if (fromPort === undefined || toPort === undefined) {
    return refuse(
      "InvalidParameterValue",
      `Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.`,
    );
  }
  const inside = [fromPort, toPort].every(
    (port) => Number.isInteger(port) && port >= min && port <= max,
  );
  if (!inside || fromPort > toPort) {
    return refuse("InvalidParameterValue", `Invalid value '${fromPort}-${toPort}' for portRange.`);
  }
  return done(given);
}

// For ICMP the "ports" are a type and a code; -1 means any.
function readIcmp(given: Permission): Outcome<Permission> {
  const { fromPort = -1, toPort = -1 } = given;
  const inside = [fromPort, toPort].every((n) => Number.isInteger(n) && n >= -1 && n <= 255);
  if (!inside) {
    return refuse(
      "InvalidParameterValue",
      `Invalid value '${fromPort}-${toPort}' for ICMP type and code.`,
    );
  }
  return done({ ...given, fromPort, toPort });
}

/** A text that is the same for permissions that allow the same; their descriptions don't count. */
export function permissionKey({ protocol, fromPort, toPort, peer }: Permission): string {
  return [protocol, fromPort ?? "", toPort ?? "", peerText(peer)].join(" ");
}

/** The peer as people write it. */
export function peerText(peer: Peer): string {
  switch (peer.kind) {
    case "ipv4":
      return formatCidr(peer.cidr);
    case "ipv6":
      return formatCidr6(peer.cidr);
    case "group":
      return peer.groupId;
    default:
      return assertNever(peer);
  }
}
