import type { NetworkAclAssociationId, NetworkAclId, VpcId } from "../facts/index.ts";
import { cidrOf, toIpv4 } from "../net/index.ts";
import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { AclEntry, CreateNetworkAcl, NetworkAcl } from "./network-acl.ts";
import type { State } from "./state.ts";
import { checkTags, putTags } from "./tags.ts";

const LAST_NUMBER = 32767;
const EVERYWHERE = cidrOf(toIpv4(0), 0);

/** Makes an ACL: the default one of a VPC lets everything through, any other denies everything. */
export function makeAcl(
  state: State,
  { vpcId, kind }: { readonly vpcId: VpcId; readonly kind: "default" | "custom" },
): NetworkAcl {
  const all = { protocol: "-1", cidr: EVERYWHERE };
  const directions = ["ingress", "egress"] as const;
  const entries = directions.flatMap((direction): readonly AclEntry[] => [
    ...(kind === "default" ? [{ ...all, number: 100, direction, action: "allow" as const }] : []),
    { ...all, number: LAST_NUMBER, direction, action: "deny" },
  ]);
  const id = state.newId("networkAcl");
  return state.acls.put({ id, vpcId, isDefault: kind === "default", entries });
}

/** The operations on network ACLs. */
export class NetworkAcls {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /** CreateNetworkAcl: denies everything. Failures: `InvalidVpcID.NotFound`, those of CreateTags. */
  create({ vpcId, tags }: CreateNetworkAcl): Outcome<NetworkAcl> {
    const vpc = this.#state.vpcs.find(vpcId);
    if (!vpc.ok) return vpc;
    const checked = checkTags(this.#state, { given: tags });
    if (!checked.ok) return checked;
    const acl = makeAcl(this.#state, { vpcId, kind: "custom" });
    putTags(this.#state, acl.id, tags);
    this.#state.publish({ kind: "aclChanged", aclId: acl.id });
    return done(acl);
  }

  /** DeleteNetworkAcl. Failures: `InvalidNetworkAclID.NotFound`, `DependencyViolation` (default, or in use). */
  delete(id: NetworkAclId): Outcome<undefined> {
    const acl = this.#state.acls.find(id);
    if (!acl.ok) return acl;
    const used = this.#state.subnets.list().some((subnet) => subnet.acl.id === id);
    if (used || acl.value.isDefault) {
      return refuse(
        "DependencyViolation",
        `The networkAcl '${id}' has dependencies and cannot be deleted.`,
      );
    }
    this.#state.acls.delete(id);
    this.#state.tags.delete(id);
    this.#state.publish({ kind: "aclChanged", aclId: id });
    return DONE;
  }

  /**
   * CreateNetworkAclEntry. Failures: `InvalidNetworkAclID.NotFound`, `NetworkAclEntryAlreadyExists`,
   * `InvalidParameterValue` (a number outside 1 … 32766).
   */
  createEntry(id: NetworkAclId, entry: AclEntry): Outcome<undefined> {
    const acl = this.#state.acls.find(id);
    if (!acl.ok) return acl;
    if (!Number.isInteger(entry.number) || entry.number < 1 || entry.number >= LAST_NUMBER) {
      return refuse(
        "InvalidParameterValue",
        `Value (${entry.number}) for parameter ruleNumber is invalid. Rule numbers are 1 to 32766.`,
      );
    }
    if (acl.value.entries.some((other) => isSame(other, entry))) {
      return refuse(
        "NetworkAclEntryAlreadyExists",
        `The network acl entry identified by ${entry.number} already exists.`,
      );
    }
    return this.#put(acl.value, [...acl.value.entries, entry]);
  }

  /** ReplaceNetworkAclEntry. Failures: `InvalidNetworkAclID.NotFound`, `InvalidNetworkAclEntry.NotFound`. */
  replaceEntry(id: NetworkAclId, entry: AclEntry): Outcome<undefined> {
    return this.#withEntry(id, entry, (others) => [...others, entry]);
  }

  /** DeleteNetworkAclEntry. Failures: `InvalidNetworkAclID.NotFound`, `InvalidNetworkAclEntry.NotFound`. */
  deleteEntry(id: NetworkAclId, entry: Pick<AclEntry, "number" | "direction">): Outcome<undefined> {
    return this.#withEntry(id, entry, (others) => others);
  }

  /**
   * ReplaceNetworkAclAssociation: the subnet of the association uses another ACL. Returns the new association.
   * Failures: `InvalidAssociationID.NotFound`, `InvalidNetworkAclID.NotFound`, `InvalidParameterValue` (other VPC).
   */
  replaceAssociation(
    id: NetworkAclAssociationId,
    aclId: NetworkAclId,
  ): Outcome<NetworkAclAssociationId> {
    const state = this.#state;
    const subnet = state.subnets.list().find(({ acl }) => acl.associationId === id);
    if (subnet === undefined) {
      return refuse("InvalidAssociationID.NotFound", `The association ID '${id}' does not exist`);
    }
    const acl = state.acls.find(aclId);
    if (!acl.ok) return acl;
    if (acl.value.vpcId !== subnet.vpcId) {
      return refuse(
        "InvalidParameterValue",
        `The networkAcl '${aclId}' and the subnet '${subnet.id}' belong to different networks`,
      );
    }
    const associationId = state.newId("networkAclAssociation");
    state.subnets.change(subnet.id, { acl: { id: aclId, associationId } });
    state.publish({ kind: "subnetAclChanged", subnetId: subnet.id, aclId });
    return done(associationId);
  }

  #withEntry(
    id: NetworkAclId,
    entry: Pick<AclEntry, "number" | "direction">,
    change: (others: readonly AclEntry[]) => readonly AclEntry[],
  ): Outcome<undefined> {
    const acl = this.#state.acls.find(id);
    if (!acl.ok) return acl;
    const others = acl.value.entries.filter((other) => !isSame(other, entry));
    if (others.length === acl.value.entries.length || entry.number === LAST_NUMBER) {
      return refuse(
        "InvalidNetworkAclEntry.NotFound",
        `The network acl entry identified by ${entry.number} does not exist.`,
      );
    }
    return this.#put(acl.value, change(others));
  }

  #put({ id }: NetworkAcl, entries: readonly AclEntry[]): Outcome<undefined> {
    this.#state.acls.change(id, { entries: entries.toSorted(inOrder) });
    this.#state.publish({ kind: "aclChanged", aclId: id });
    return DONE;
  }
}

type EntryKey = Pick<AclEntry, "number" | "direction">;

function isSame(a: EntryKey, b: EntryKey): boolean {
  return a.number === b.number && a.direction === b.direction;
}

function inOrder(a: AclEntry, b: AclEntry): number {
  if (a.direction !== b.direction) return a.direction === "ingress" ? -1 : 1;
  return a.number - b.number;
}
