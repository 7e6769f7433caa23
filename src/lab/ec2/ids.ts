import { ID_PREFIXES, parseId, type ResourceIds, type ResourceKind } from "../../facts/index.ts";
import type { Directory } from "../../vpc/index.ts";
import { Ec2Fault } from "./fault.ts";
import { need } from "./outcome.ts";
import type { Params } from "./params.ts";

// EC2 API reference, "Error codes": each kind of resource has a code of its own for ids that aren't ids.
const MALFORMED: Readonly<Partial<Record<ResourceKind, string>>> = {
  vpc: "InvalidVpcID.Malformed",
  subnet: "InvalidSubnetID.Malformed",
  eni: "InvalidNetworkInterfaceID.Malformed",
  instance: "InvalidInstanceID.Malformed",
  securityGroup: "InvalidGroupId.Malformed",
  securityGroupRule: "InvalidSecurityGroupRuleId.Malformed",
  routeTable: "InvalidRouteTableId.Malformed",
  attachment: "InvalidAttachmentID.Malformed",
  internetGateway: "InvalidInternetGatewayId.Malformed",
  natGateway: "NatGatewayMalformed",
  networkAcl: "InvalidNetworkAclID.Malformed",
};

/** The id that a text is. Throws the kind's `….Malformed`. */
export function toId<K extends ResourceKind>(kind: K, text: string): ResourceIds[K] {
  const id = parseId(kind, text);
  if (id === undefined) {
    throw new Ec2Fault(
      MALFORMED[kind] ?? "InvalidParameterValue",
      `Invalid id: "${text}" (expecting "${ID_PREFIXES[kind]}...")`,
    );
  }
  return id;
}

/** A required id parameter. Throws `MissingParameter` or the kind's `….Malformed`. */
export function requiredId<K extends ResourceKind>(
  kind: K,
  { params, name }: { readonly params: Params; readonly name: string },
): ResourceIds[K] {
  return toId(kind, params.required(name));
}

/** An optional id parameter. */
export function optionalId<K extends ResourceKind>(
  kind: K,
  { params, name }: { readonly params: Params; readonly name: string },
): ResourceIds[K] | undefined {
  const text = params.text(name);
  return text === undefined ? undefined : toId(kind, text);
}

/** A list of ids. */
export function idList<K extends ResourceKind>(
  kind: K,
  { params, name }: { readonly params: Params; readonly name: string },
): readonly ResourceIds[K][] {
  return params.list(name).map((text) => toId(kind, text));
}

/** The records with these ids, or all when none is given. Throws the NotFound of the first that doesn't exist. */
export function select<K extends ResourceKind, T>(
  kind: K,
  {
    ids,
    from,
  }: {
    readonly ids: readonly string[];
    readonly from: Pick<Directory<ResourceIds[K], T>, "find" | "list">;
  },
): readonly T[] {
  if (ids.length === 0) return from.list();
  return [...new Set(ids)].map((id) => need(from.find(toId(kind, id))));
}
