import type { CreateRoute, RouteDestination } from "../../../vpc/index.ts";
import { type Action, DONE } from "../action.ts";
import { Ec2Fault, missingParameter } from "../fault.ts";
import { requiredId, toId } from "../ids.ts";
import { need } from "../outcome.ts";
import type { Params } from "../params.ts";
import { toCidr6, toCidrLoose } from "../values.ts";
import type { World } from "../world.ts";

const DESTINATIONS = ["DestinationCidrBlock", "DestinationIpv6CidrBlock"];
const TARGETS = ["GatewayId", "NatGatewayId", "NetworkInterfaceId", "InstanceId"];

const createRoute: Action<World> = {
  name: "CreateRoute",
  kind: "change",
  required: ["RouteTableId"],
  optional: [...DESTINATIONS, ...TARGETS],
  dryRun: true,
  run: ({ params, world }) => {
    need(world.region.routeTables.createRoute(readRoute(params, world)));
    return DONE;
  },
};

const replaceRoute: Action<World> = {
  ...createRoute,
  name: "ReplaceRoute",
  run: ({ params, world }) => {
    need(world.region.routeTables.replaceRoute(readRoute(params, world)));
    return DONE;
  },
};

const deleteRoute: Action<World> = {
  name: "DeleteRoute",
  kind: "change",
  required: ["RouteTableId"],
  optional: DESTINATIONS,
  dryRun: true,
  run: ({ params, world }) => {
    const id = requiredId("routeTable", { params, name: "RouteTableId" });
    need(world.region.routeTables.deleteRoute(id, readDestination(params)));
    return DONE;
  },
};

function readRoute(params: Params, world: World): CreateRoute {
  return {
    routeTableId: requiredId("routeTable", { params, name: "RouteTableId" }),
    destination: readDestination(params),
    target: readTarget(params, world),
  };
}

function readDestination(params: Params): RouteDestination {
  const ipv4 = params.text("DestinationCidrBlock");
  const ipv6 = params.text("DestinationIpv6CidrBlock");
  if (ipv4 !== undefined && ipv6 !== undefined) throw several(DESTINATIONS);
  if (ipv4 !== undefined) return { kind: "ipv4", cidr: toCidrLoose(ipv4) };
  if (ipv6 !== undefined) return { kind: "ipv6", cidr: toCidr6(ipv6) };
  throw missingParameter("DestinationCidrBlock");
}

function readTarget(params: Params, world: World): CreateRoute["target"] {
  const [name, ...others] = TARGETS.filter((candidate) => params.has(candidate));
  if (name === undefined) throw missingParameter("GatewayId");
  if (others.length > 0) throw several(TARGETS);
  const id = params.required(name);
  if (name === "GatewayId") return { kind: "internetGateway", id: toId("internetGateway", id) };
  if (name === "NatGatewayId") return { kind: "natGateway", id: toId("natGateway", id) };
  if (name === "NetworkInterfaceId") return { kind: "eni", id: toId("eni", id) };
  return onlyEniOf(id, world);
}

function onlyEniOf(text: string, { region }: World): CreateRoute["target"] {
  const { id } = need(region.records.instances.find(toId("instance", text)));
  const [eni, ...others] = region.instances.enisOf(id);
  if (eni === undefined || others.length > 0) {
    throw new Ec2Fault(
      "InvalidInstanceID",
      `There are ${others.length === 0 ? "no" : "multiple"} interfaces attached to instance '${id}'. Please specify an interface ID for the operation instead.`,
    );
  }
  return { kind: "eni", id: eni.id };
}

function several(names: readonly string[]): Ec2Fault {
  return new Ec2Fault(
    "InvalidParameterCombination",
    `The request may contain only one of ${names.join(", ")}`,
  );
}

/** The actions on the routes of a table. */
export const routeActions: readonly Action<World>[] = [createRoute, replaceRoute, deleteRoute];
