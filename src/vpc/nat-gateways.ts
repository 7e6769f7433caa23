import { invariant } from "../base/index.ts";
import type { NatGatewayId } from "../facts/index.ts";
import { deleteEni, makeEni } from "./eni-making.ts";
import { done, type Outcome, refuse } from "./failure.ts";
import type { CreateNatGateway, ElasticIp, NatGateway } from "./gateway.ts";
import { refreshRoutesTo } from "./route-changes.ts";
import type { State } from "./state.ts";
import { checkTags, putTags } from "./tags.ts";

/** The operations on NAT gateways. */
export class NatGateways {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateNatGateway: takes an address of the subnet, on an ENI of type `natGateway`.
   * Failures: `InvalidSubnetID.NotFound`, `MissingParameter` (public without allocation),
   * `InvalidParameterCombination` (private with one), `InvalidAllocationID.NotFound`,
   * `Resource.AlreadyAssociated`, those of the address and of CreateTags.
   */
  create(request: CreateNatGateway): Outcome<NatGateway> {
    const state = this.#state;
    const { subnetId, connectivity = "public", privateIp, tags } = request;
    const elasticIp = this.#findElasticIp(request);
    if (!elasticIp.ok) return elasticIp;
    const checked = checkTags(state, { given: tags });
    if (!checked.ok) return checked;
    const id = state.newId("natGateway");
    const eni = makeEni(state, {
      subnetId,
      primary: privateIp,
      description: `Interface for NAT Gateway ${id}`,
      interfaceType: "natGateway",
    });
    if (!eni.ok) return eni;
    const { id: eniId, vpcId, addresses } = eni.value;
    const [primary] = addresses;
    invariant(primary !== undefined, "the ENI of a NAT gateway has no address");
    if (elasticIp.value !== undefined) {
      state.elasticIps.change(elasticIp.value.id, { natGatewayId: id });
    }
    const gateway = state.natGateways.put({
      ...{ id, vpcId, subnetId, state: "pending", connectivity, eniId },
      ...{ privateIp: primary, elasticIp: elasticIp.value, createdAtMs: state.nowMs },
    });
    putTags(state, id, tags);
    state.publish({ kind: "eniCreated", eniId });
    state.publish({ kind: "natGatewayCreated", natGatewayId: id });
    state.later(state.settings.timing.natGateway, { kind: "natAvailable", natGatewayId: id });
    return done(gateway);
  }

  /**
   * DeleteNatGateway: its addresses are free after the delay; routes to it become black holes at once.
   * A second call changes nothing. Failure: `NatGatewayNotFound`.
   */
  delete(id: NatGatewayId): Outcome<NatGateway> {
    const state = this.#state;
    const gateway = state.natGateways.find(id);
    if (!gateway.ok) return gateway;
    const { state: now } = gateway.value;
    if (now === "deleting" || now === "deleted") return gateway;
    const deleting = state.natGateways.change(id, { state: "deleting" });
    refreshRoutesTo(state, { kind: "natGateway", id });
    state.later(state.settings.timing.natGateway, { kind: "natDeleted", natGatewayId: id });
    return done(deleting);
  }

  #findElasticIp({
    connectivity = "public",
    allocationId,
  }: CreateNatGateway): Outcome<ElasticIp | undefined> {
    if (connectivity === "private") {
      if (allocationId === undefined) return done(undefined);
      return refuse(
        "InvalidParameterCombination",
        "AllocationId can't be used with ConnectivityType private",
      );
    }
    if (allocationId === undefined) {
      return refuse("MissingParameter", "The request must contain the parameter AllocationId");
    }
    const elasticIp = this.#state.elasticIps.find(allocationId);
    if (!elasticIp.ok) return elasticIp;
    const { natGatewayId, association } = elasticIp.value;
    if (natGatewayId === undefined && association === undefined) return elasticIp;
    return refuse(
      "Resource.AlreadyAssociated",
      `Elastic IP address [${allocationId}] is already associated`,
    );
  }
}

/** Makes the gateway available, unless it is being deleted. */
export function finishNatGateway(state: State, id: NatGatewayId): void {
  if (state.natGateways.known(id).state !== "pending") return;
  state.natGateways.change(id, { state: "available" });
  state.publish({ kind: "natGatewayAvailable", natGatewayId: id });
}

/** Completes a deletion: its ENI is gone and its Elastic IP address is free for another use. */
export function finishNatDeletion(state: State, id: NatGatewayId): void {
  const { eniId, elasticIp } = state.natGateways.change(id, { state: "deleted" });
  deleteEni(state, state.enis.known(eniId));
  if (elasticIp !== undefined) state.elasticIps.change(elasticIp.id, { natGatewayId: undefined });
  state.publish({ kind: "natGatewayDeleted", natGatewayId: id });
  state.later(state.settings.timing.forget, { kind: "natForgotten", natGatewayId: id });
}

/** Lets a deleted gateway vanish from the records. */
export function forgetNatGateway(state: State, id: NatGatewayId): void {
  state.natGateways.delete(id);
  state.tags.delete(id);
}
