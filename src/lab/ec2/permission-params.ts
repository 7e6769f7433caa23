import type { Peer, Permission } from "../../vpc/index.ts";
import { missingParameter } from "./fault.ts";
import { toId } from "./ids.ts";
import type { Params } from "./params.ts";
import { toCidr6, toCidrLoose } from "./values.ts";

/** Whether the request names rules by content: as `IpPermissions.N`, or in the older flat form. */
export function hasPermissions(params: Params): boolean {
  return params.has("IpPermissions") || params.has("IpProtocol");
}

/** The rules of a request, one for every source. Throws `MissingParameter` when there is none. */
export function readPermissions(params: Params): readonly Permission[] {
  const permissions = params.has("IpPermissions")
    ? params.structs("IpPermissions").flatMap(readPermission)
    : readFlat(params);
  if (permissions.length === 0) throw missingParameter("IpPermissions");
  return permissions;
}

function readPermission(params: Params): readonly Permission[] {
  const described = (source: Params, peer: Peer): Permission => ({
    ...readPorts(params),
    peer,
    description: source.text("Description"),
  });
  return [
    ...params
      .structs("IpRanges")
      .map((range) => described(range, ipv4Peer(range.required("CidrIp")))),
    ...params
      .structs("Ipv6Ranges")
      .map((range) =>
        described(range, { kind: "ipv6", cidr: toCidr6(range.required("CidrIpv6")) }),
      ),
    ...params
      .structs("Groups")
      .map((group) => described(group, groupPeer(group.required("GroupId")))),
  ];
}

function readFlat(params: Params): readonly Permission[] {
  const cidr = params.text("CidrIp");
  return cidr === undefined ? [] : [{ ...readPorts(params), peer: ipv4Peer(cidr) }];
}

function readPorts(params: Params): Omit<Permission, "peer"> {
  const protocol = params.required("IpProtocol").toLowerCase();
  if (protocol === "-1") return { protocol };
  return { protocol, fromPort: params.int("FromPort"), toPort: params.int("ToPort") };
}

function ipv4Peer(cidr: string): Peer {
  return { kind: "ipv4", cidr: toCidrLoose(cidr) };
}

function groupPeer(groupId: string): Peer {
  return { kind: "group", groupId: toId("securityGroup", groupId) };
}
