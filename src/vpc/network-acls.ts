import type { NetworkAclAssociationId, NetworkAclId } from "../facts/index.ts";
import { type Outcome, todo } from "./failure.ts";
import type { AclEntry, CreateNetworkAcl, NetworkAcl } from "./network-acl.ts";
import type { State } from "./state.ts";

/** The operations on network ACLs. */
export class NetworkAcls {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** CreateNetworkAcl: denies everything. Failures: `InvalidVpcID.NotFound`. */
  create(_request: CreateNetworkAcl): Outcome<NetworkAcl> {
    return todo();
  }

  /** DeleteNetworkAcl. Failures: `InvalidNetworkAclID.NotFound`, `DependencyViolation` (default, or in use). */
  delete(_id: NetworkAclId): Outcome<undefined> {
    return todo();
  }

  /** CreateNetworkAclEntry. Failures: NotFound, `NetworkAclEntryAlreadyExists`, `InvalidParameterValue` (number). */
  createEntry(_id: NetworkAclId, _entry: AclEntry): Outcome<undefined> {
    return todo();
  }

  /** ReplaceNetworkAclEntry. Failures: NotFound, `InvalidNetworkAclEntry.NotFound`. */
  replaceEntry(_id: NetworkAclId, _entry: AclEntry): Outcome<undefined> {
    return todo();
  }

  /** DeleteNetworkAclEntry. Failures: NotFound, `InvalidNetworkAclEntry.NotFound`. */
  deleteEntry(
    _id: NetworkAclId,
    _entry: Pick<AclEntry, "number" | "direction">,
  ): Outcome<undefined> {
    return todo();
  }

  /** ReplaceNetworkAclAssociation: the subnet of the association uses another ACL. Returns the new association. */
  replaceAssociation(
    _id: NetworkAclAssociationId,
    _aclId: NetworkAclId,
  ): Outcome<NetworkAclAssociationId> {
    return todo();
  }
}
