import type { AllocationId, ElasticIpAssociationId } from "../facts/index.ts";
import { addIpv4, cidrSize, formatIpv4 } from "../net/index.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { AssociateAddress, ElasticIp } from "./gateway.ts";
import type { State } from "./state.ts";
import { checkTags, putTags } from "./tags.ts";
import type { Tags } from "./tag.ts";

/** The operations on Elastic IP addresses. */
export class ElasticIps {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * AllocateAddress: the lowest free address of the region's public block, its first and last left out.
   * Failures: `AddressLimitExceeded`, those of CreateTags.
   */
  allocate(tags?: Tags): Outcome<ElasticIp> {
    const state = this.#state;
    const checked = checkTags(state, { given: tags });
    if (!checked.ok) return checked;
    const { publicIps } = state.settings;
    const taken = new Set(state.elasticIps.list().map(({ publicIp }) => publicIp));
    for (let offset = 1; offset < cidrSize(publicIps) - 1; offset++) {
      const publicIp = addIpv4(publicIps.base, offset);
      if (taken.has(publicIp)) continue;
      const id = state.newId("allocation");
      putTags(state, id, tags);
      return done(
        state.elasticIps.put({
          ...{ id, publicIp },
          natGatewayId: undefined,
          association: undefined,
        }),
      );
    }
    return refuse("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  }

  /** ReleaseAddress. Failures: `InvalidAllocationID.NotFound`, `InvalidIPAddress.InUse`. */
  release(id: AllocationId): Outcome<undefined> {
    const elasticIp = this.#state.elasticIps.find(id);
    if (!elasticIp.ok) return elasticIp;
    if (isUsed(elasticIp.value)) {
      return refuse("InvalidIPAddress.InUse", `Address ${id} is in use.`);
    }
    this.#state.elasticIps.delete(id);
    this.#state.tags.delete(id);
    return DONE;
  }

  /**
   * AssociateAddress: what comes to the address from outside goes to the ENI's private address, and back. Failures:
   * `InvalidAllocationID.NotFound`, `InvalidNetworkInterfaceID.NotFound`, `InvalidParameterValue` (no address of the ENI),
   * `Resource.AlreadyAssociated`.
   */
  associate({ allocationId, eniId, ...ask }: AssociateAddress): Outcome<ElasticIpAssociationId> {
    const state = this.#state;
    const elasticIp = state.elasticIps.find(allocationId);
    if (!elasticIp.ok) return elasticIp;
    const eni = state.enis.find(eniId);
    if (!eni.ok) return eni;
    const privateIp = ask.privateIp ?? eni.value.addresses[0];
    if (privateIp === undefined || !eni.value.addresses.includes(privateIp)) {
      const text = privateIp === undefined ? "" : formatIpv4(privateIp);
      return refuse("InvalidParameterValue", `Invalid value '${text}' for PrivateIpAddress.`);
    }
    const isTaken = state.elasticIps.list().some(({ association }) => {
      return association?.eniId === eniId && association.privateIp === privateIp;
    });
    if (isUsed(elasticIp.value) || isTaken) {
      const what = isTaken ? formatIpv4(privateIp) : allocationId;
      return refuse("Resource.AlreadyAssociated", `resource ${what} is already associated`);
    }
    const id = state.newId("elasticIpAssociation");
    state.elasticIps.change(allocationId, { association: { id, eniId, privateIp } });
    state.publish({ kind: "elasticIpAssociated", eniId });
    return done(id);
  }

  /** DisassociateAddress. Failures: `InvalidAssociationID.NotFound`. */
  disassociate(id: ElasticIpAssociationId): Outcome<undefined> {
    const state = this.#state;
    const elasticIp = state.elasticIps.list().find(({ association }) => association?.id === id);
    if (elasticIp?.association === undefined) {
      return refuse("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
    }
    state.elasticIps.change(elasticIp.id, { association: undefined });
    state.publish({ kind: "elasticIpDisassociated", eniId: elasticIp.association.eniId });
    return DONE;
  }
}

function isUsed({ natGatewayId, association }: ElasticIp): boolean {
  return natGatewayId !== undefined || association !== undefined;
}
