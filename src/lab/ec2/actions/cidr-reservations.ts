import type { Action } from "../action.ts";
import { describeAction } from "../describe.ts";
import { missingParameter } from "../fault.ts";
import { requiredId } from "../ids.ts";
import { need } from "../outcome.ts";
import { cidrReservationXml } from "../shapes/subnet.ts";
import { oneOf, readTagSpecifications, toCidr } from "../values.ts";
import type { World } from "../world.ts";

const getSubnetCidrReservations: Action<World> = describeAction({
  name: "GetSubnetCidrReservations",
  set: "subnetIpv4CidrReservationSet",
  required: ["SubnetId"],
  pageSize: [5, 1000],
  key: ["subnetCidrReservationId"],
  filters: { reservationType: "reservationType", "subnet-id": "subnetId" },
  items: ({ params, world }) => {
    const subnetId = requiredId("subnet", { params, name: "SubnetId" });
    const { subnets, reservations } = world.region.records;
    need(subnets.find(subnetId));
    const ofSubnet = reservations.list().filter((reservation) => reservation.subnetId === subnetId);
    return ofSubnet.map((reservation) => cidrReservationXml(reservation, world));
  },
});

const createSubnetCidrReservation: Action<World> = {
  name: "CreateSubnetCidrReservation",
  kind: "change",
  required: ["SubnetId", "Cidr", "ReservationType"],
  optional: ["Description", "TagSpecification"],
  dryRun: true,
  run: ({ params, world }) => {
    const type = oneOf(["prefix", "explicit"], { params, name: "ReservationType" });
    if (type === undefined) throw missingParameter("ReservationType");
    const tags = readTagSpecifications(params, ["subnet-cidr-reservation"]);
    const outcome = world.region.reservations.create({
      subnetId: requiredId("subnet", { params, name: "SubnetId" }),
      cidr: toCidr(params.required("Cidr")),
      type,
      description: params.text("Description"),
      tags: tags["subnet-cidr-reservation"],
    });
    return { subnetCidrReservation: cidrReservationXml(need(outcome), world) };
  },
};

const deleteSubnetCidrReservation: Action<World> = {
  name: "DeleteSubnetCidrReservation",
  kind: "change",
  required: ["SubnetCidrReservationId"],
  optional: [],
  dryRun: true,
  run: ({ params, world }) => {
    const name = "SubnetCidrReservationId";
    const id = requiredId("subnetCidrReservation", { params, name });
    // Its tags go with it, so the reply is made first.
    const found = need(world.region.records.reservations.find(id));
    const deletedSubnetCidrReservation = cidrReservationXml(found, world);
    need(world.region.reservations.delete(id));
    return { deletedSubnetCidrReservation };
  },
};

/** The actions on subnet CIDR reservations. */
export const cidrReservationActions: readonly Action<World>[] = [
  getSubnetCidrReservations,
  createSubnetCidrReservation,
  deleteSubnetCidrReservation,
];
