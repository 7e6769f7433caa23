import { assertNever } from "../base/index.ts";
import type { RouteTableId, VpcId } from "../facts/index.ts";
import { cidrCovers, formatCidr, formatCidr6 } from "../net/index.ts";
import { DONE, type Outcome, refuse } from "./failure.ts";
import type { CreateRoute, RouteDestination, RouteTable } from "./route-table.ts";
import type { State } from "./state.ts";

/** Whether a table can have the route. Failures: the target's NotFound, `InvalidParameterValue`. */
export function checkTarget(
  state: State,
  table: RouteTable,
  { target, destination }: CreateRoute,
): Outcome<undefined> {
  const found = findTarget(state, target);
  if (!found.ok) return found;
  if (found.value.vpcId !== table.vpcId) return otherNetwork(table.id, target.id);
  // EC2 lets traffic inside the VPC be led through an appliance or a NAT gateway, but not out of it.
  if (target.kind === "internetGateway" && isInsideVpc(table, destination)) {
    return refuse(
      "InvalidParameterValue",
      `The destination CIDR block ${destinationText(destination)} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.`,
    );
  }
  return DONE;
}

/** The block as people write it. */
export function destinationText(destination: RouteDestination): string {
  return destination.kind === "ipv4" ? formatCidr(destination.cidr) : formatCidr6(destination.cidr);
}

/** What EC2 says when a table is brought together with something of another VPC. */
export function otherNetwork(tableId: RouteTableId, other: string): Outcome<never> {
  return refuse(
    "InvalidParameterValue",
    `route table ${tableId} and ${other} belong to different networks`,
  );
}

function findTarget(
  state: State,
  target: CreateRoute["target"],
): Outcome<{ readonly vpcId: VpcId | undefined }> {
  switch (target.kind) {
    case "internetGateway":
      return state.internetGateways.find(target.id);
    case "natGateway":
      return state.natGateways.find(target.id);
    case "eni":
      return state.enis.find(target.id);
    default:
      return assertNever(target);
  }
}

function isInsideVpc({ routes }: RouteTable, destination: RouteDestination): boolean {
  return routes.some(
    ({ target, destination: local }) =>
      target.kind === "local" &&
      local.kind === "ipv4" &&
      destination.kind === "ipv4" &&
      cidrCovers(local.cidr, destination.cidr),
  );
}
