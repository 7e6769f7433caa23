import type { InternetGatewayId, VpcId } from "../facts/index.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { InternetGateway } from "./gateway.ts";
import { refreshRoutesTo } from "./route-changes.ts";
import type { State } from "./state.ts";
import { checkTags, putTags } from "./tags.ts";
import type { Tags } from "./tag.ts";

/** The operations on internet gateways. */
export class InternetGateways {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** CreateInternetGateway. Failures: those of CreateTags. */
  create(tags?: Tags): Outcome<InternetGateway> {
    const state = this.#state;
    const checked = checkTags(state, { given: tags });
    if (!checked.ok) return checked;
    const id = state.newId("internetGateway");
    putTags(state, id, tags);
    return done(state.internetGateways.put({ id, vpcId: undefined }));
  }

  /** DeleteInternetGateway. Failures: `InvalidInternetGatewayID.NotFound`; `DependencyViolation` while attached. */
  delete(id: InternetGatewayId): Outcome<undefined> {
    const state = this.#state;
    const gateway = state.internetGateways.find(id);
    if (!gateway.ok) return gateway;
    if (gateway.value.vpcId !== undefined) {
      return refuse(
        "DependencyViolation",
        `The internetGateway '${id}' has dependencies and cannot be deleted.`,
      );
    }
    state.internetGateways.delete(id);
    state.tags.delete(id);
    refreshRoutesTo(state, { kind: "internetGateway", id });
    return DONE;
  }

  /**
   * AttachInternetGateway. Failures: `InvalidInternetGatewayID.NotFound`, `InvalidVpcID.NotFound`,
   * `Resource.AlreadyAssociated`, `InvalidParameterValue` (the VPC has one).
   */
  attach(id: InternetGatewayId, vpcId: VpcId): Outcome<undefined> {
    const state = this.#state;
    const gateway = state.internetGateways.find(id);
    if (!gateway.ok) return gateway;
    const vpc = state.vpcs.find(vpcId);
    if (!vpc.ok) return vpc;
    if (gateway.value.vpcId !== undefined) {
      return refuse(
        "Resource.AlreadyAssociated",
        `resource ${id} is already attached to network ${gateway.value.vpcId}`,
      );
    }
    if (state.internetGateways.list().some((other) => other.vpcId === vpcId)) {
      return refuse(
        "InvalidParameterValue",
        `Network ${vpcId} already has an internet gateway attached`,
      );
    }
    state.internetGateways.change(id, { vpcId });
    state.publish({ kind: "internetGatewayAttached", internetGatewayId: id, vpcId });
    refreshRoutesTo(state, { kind: "internetGateway", id });
    return DONE;
  }

  /**
   * DetachInternetGateway: routes to it become black holes.
   * Failures: `InvalidInternetGatewayID.NotFound`, `Gateway.NotAttached`.
   */
  detach(id: InternetGatewayId, vpcId: VpcId): Outcome<undefined> {
    const state = this.#state;
    const gateway = state.internetGateways.find(id);
    if (!gateway.ok) return gateway;
    if (gateway.value.vpcId !== vpcId) {
      return refuse("Gateway.NotAttached", `resource ${id} is not attached to network ${vpcId}`);
    }
    state.internetGateways.put({ id, vpcId: undefined });
    state.publish({ kind: "internetGatewayDetached", internetGatewayId: id, vpcId });
    refreshRoutesTo(state, { kind: "internetGateway", id });
    return DONE;
  }
}
