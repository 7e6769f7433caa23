import type { EniId } from "../facts/index.ts";
import { checkGroups, deleteEni, makeEni } from "./eni-making.ts";
import { type CreateEni, type Eni, type EniAttributes, eniStatus } from "./eni.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { State } from "./state.ts";

/** The operations on ENIs, without their addresses and attachments. */
export class Enis {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateNetworkInterface. All or nothing. Failures: `InvalidSubnetID.NotFound`, `InvalidGroup.NotFound`,
   * `InvalidParameter` (group of another VPC), `InvalidParameterValue` (address or prefix out of place),
   * `InvalidIPAddress.InUse`, `InvalidParameterCombination`, `InsufficientFreeAddressesInSubnet`,
   * `InsufficientCidrBlocks`, `PrivateIpAddressLimitExceeded` (more than any type allows),
   * `NetworkInterfaceLimitExceeded`, `SecurityGroupsPerInterfaceLimitExceeded`, those of CreateTags.
   */
  create(request: CreateEni): Outcome<Eni> {
    const made = makeEni(this.#state, request);
    if (made.ok) this.#state.publish({ kind: "eniCreated", eniId: made.value.id });
    return made;
  }

  /**
   * DeleteNetworkInterface: frees its addresses at once. Failures: `InvalidNetworkInterfaceID.NotFound`,
   * `InvalidParameterValue` ("is currently in use") until a detachment is complete,
   * `OperationNotPermitted` (the ENI of a NAT gateway).
   */
  delete(id: EniId): Outcome<undefined> {
    const eni = this.#state.enis.find(id);
    if (!eni.ok) return eni;
    const permitted = checkPermitted(eni.value);
    if (!permitted.ok) return permitted;
    if (eniStatus(eni.value) !== "available") {
      return refuse("InvalidParameterValue", `Network interface '${id}' is currently in use.`);
    }
    deleteEni(this.#state, eni.value);
    return DONE;
  }

  /**
   * ModifyNetworkInterfaceAttribute: one attribute. Failures: `InvalidNetworkInterfaceID.NotFound`,
   * `InvalidAttachmentID.NotFound`, `InvalidGroup.NotFound`, `InvalidParameter` (group of another VPC),
   * `SecurityGroupsPerInterfaceLimitExceeded`, `InvalidParameterCombination` (several), `MissingParameter` (none),
   * `OperationNotPermitted` (the ENI of a NAT gateway).
   */
  modify(id: EniId, attributes: EniAttributes): Outcome<Eni> {
    const eni = this.#state.enis.find(id);
    if (!eni.ok) return eni;
    const permitted = checkPermitted(eni.value);
    if (!permitted.ok) return permitted;
    const given = Object.values(attributes).filter((value) => value !== undefined);
    if (given.length === 0) {
      return refuse("MissingParameter", "The request must contain a network interface attribute");
    }
    if (given.length > 1) {
      return refuse(
        "InvalidParameterCombination",
        "Only one network interface attribute can be modified at a time",
      );
    }
    return this.#modifyOne(eni.value, attributes);
  }

  #modifyOne(eni: Eni, attributes: EniAttributes): Outcome<Eni> {
    const state = this.#state;
    const { groupIds, attachment, ...plain } = attributes;
    if (groupIds !== undefined) return this.#changeGroups(eni, groupIds);
    if (attachment !== undefined) {
      if (eni.attachment?.id !== attachment.id) {
        return refuse(
          "InvalidAttachmentID.NotFound",
          `The attachment ID '${attachment.id}' does not exist`,
        );
      }
      const { deleteOnTermination } = attachment;
      return done(
        state.enis.change(eni.id, { attachment: { ...eni.attachment, deleteOnTermination } }),
      );
    }
    const { description = eni.description, sourceDestCheck = eni.sourceDestCheck } = plain;
    const { connectionTracking = eni.connectionTracking } = plain;
    const changed = state.enis.change(eni.id, {
      description,
      sourceDestCheck,
      connectionTracking,
    });
    if (changed.sourceDestCheck !== eni.sourceDestCheck) {
      state.publish({ kind: "sourceDestCheckChanged", eniId: eni.id });
    }
    return done(changed);
  }

  #changeGroups({ id, vpcId }: Eni, given: readonly Eni["groupIds"][number][]): Outcome<Eni> {
    const groupIds = [...new Set(given)];
    if (groupIds.length === 0) {
      return refuse(
        "InvalidParameterValue",
        "A network interface needs at least one security group",
      );
    }
    const checked = checkGroups(this.#state, { groupIds, vpcId });
    if (!checked.ok) return checked;
    const changed = this.#state.enis.change(id, { groupIds });
    this.#state.publish({ kind: "eniGroupsChanged", eniId: id });
    return done(changed);
  }
}

/** Whether users may change the ENI at all. Failure: `OperationNotPermitted`. */
export function checkPermitted({ id, requesterManaged }: Eni): Outcome<undefined> {
  if (!requesterManaged) return DONE;
  return refuse(
    "OperationNotPermitted",
    `You do not have permission to access the specified resource: '${id}' is managed by EC2.`,
  );
}
