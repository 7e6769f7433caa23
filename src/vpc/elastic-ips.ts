import type { AllocationId } from "../facts/index.ts";
import { addIpv4, cidrSize } from "../net/index.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { ElasticIp } from "./gateway.ts";
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
      return done(state.elasticIps.put({ id, publicIp, natGatewayId: undefined }));
    }
    return refuse("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  }

  /** ReleaseAddress. Failures: `InvalidAllocationID.NotFound`, `InvalidIPAddress.InUse`. */
  release(id: AllocationId): Outcome<undefined> {
    const elasticIp = this.#state.elasticIps.find(id);
    if (!elasticIp.ok) return elasticIp;
    if (elasticIp.value.natGatewayId !== undefined) {
      return refuse("InvalidIPAddress.InUse", `Address ${id} is in use.`);
    }
    this.#state.elasticIps.delete(id);
    this.#state.tags.delete(id);
    return DONE;
  }
}
