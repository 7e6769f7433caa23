import { invariant } from "../base/index.ts";
import { parseId, type ResourceIds, type ResourceKind } from "../facts/index.ts";
import { DONE, type Outcome, refuse } from "./failure.ts";
import type { State } from "./state.ts";
import type { Table } from "./table.ts";
import { checkTags, putTags, tagsOf } from "./tags.ts";
import type { TagRecord, Tags } from "./tag.ts";

/** A tag to delete: with an undefined value whatever its value is, else only if the value is equal. */
export interface TagToDelete {
  readonly key: string;
  readonly value: string | undefined;
}

/** A kind of resource that can have tags. */
interface TaggedKind {
  /** EC2's word for it. */
  readonly type: string;
  /** The resource, or its `….NotFound`; undefined when the text is no id of the kind. */
  readonly find: (state: State, text: string) => Outcome<unknown> | undefined;
}

const TAGGED_KINDS: readonly TaggedKind[] = [
  tagged("vpc", { type: "vpc", tableOf: (state) => state.vpcs }),
  tagged("subnet", { type: "subnet", tableOf: (state) => state.subnets }),
  tagged("eni", { type: "network-interface", tableOf: (state) => state.enis }),
  tagged("instance", { type: "instance", tableOf: (state) => state.instances }),
  tagged("securityGroup", { type: "security-group", tableOf: (state) => state.groups }),
  tagged("routeTable", { type: "route-table", tableOf: (state) => state.routeTables }),
  tagged("internetGateway", {
    type: "internet-gateway",
    tableOf: (state) => state.internetGateways,
  }),
  tagged("natGateway", { type: "natgateway", tableOf: (state) => state.natGateways }),
  tagged("networkAcl", { type: "network-acl", tableOf: (state) => state.acls }),
  tagged("subnetCidrReservation", {
    type: "subnet-cidr-reservation",
    tableOf: (state) => state.reservations,
  }),
  tagged("allocation", { type: "elastic-ip", tableOf: (state) => state.elasticIps }),
];

function tagged<K extends ResourceKind, T extends { readonly id: ResourceIds[K] }>(
  kind: K,
  { type, tableOf }: { type: string; tableOf: (state: State) => Table<K, T> },
): TaggedKind {
  return {
    type,
    find: (state, text) => {
      const id = parseId(kind, text);
      return id === undefined ? undefined : tableOf(state).find(id);
    },
  };
}

/** The operations on tags. */
export class ResourceTags {
  readonly #state: State;

  constructor(state: State) {
    this.#state = state;
  }

  /**
   * CreateTags: adds or overwrites. All or nothing. Failures: the resource's `….NotFound`, `InvalidID` (not an id),
   * `TagLimitExceeded`, `InvalidParameterValue` (`aws:` prefix, key or value too long).
   */
  create(resourceIds: readonly string[], tags: Tags): Outcome<undefined> {
    const state = this.#state;
    for (const id of resourceIds) {
      const found = findTagged(state, id);
      if (!found.ok) return found;
      const checked = checkTags(state, { given: tags, present: tagsOf(state, id) });
      if (!checked.ok) return checked;
    }
    for (const id of resourceIds) {
      putTags(state, id, tags);
      state.publish({ kind: "tagsChanged", resourceId: id });
    }
    return DONE;
  }

  /**
   * DeleteTags. An empty list deletes all tags of the resources; tags that aren't there don't matter.
   * Failures: the resource's `….NotFound`, `InvalidID`.
   */
  delete(resourceIds: readonly string[], tags: readonly TagToDelete[]): Outcome<undefined> {
    const state = this.#state;
    for (const id of resourceIds) {
      const found = findTagged(state, id);
      if (!found.ok) return found;
    }
    for (const id of resourceIds) {
      const left = new Map(tags.length === 0 ? [] : tagsOf(state, id));
      for (const { key, value } of tags) {
        if (value === undefined || left.get(key) === value) left.delete(key);
      }
      state.tags.set(id, left);
      state.publish({ kind: "tagsChanged", resourceId: id });
    }
    return DONE;
  }

  /** The tags of one resource, by its id. */
  of(resourceId: string): Tags {
    return tagsOf(this.#state, resourceId);
  }

  /** All tags of all resources. */
  list(): readonly TagRecord[] {
    return [...this.#state.tags].flatMap(([resourceId, tags]) => {
      const resourceType = typeOf(this.#state, resourceId);
      return [...tags].map(([key, value]) => ({ resourceId, resourceType, key, value }));
    });
  }
}

function typeOf(state: State, id: string): string {
  const kind = TAGGED_KINDS.find(({ find }) => find(state, id) !== undefined);
  invariant(kind !== undefined, `${id} has tags but no kind`);
  return kind.type;
}

function findTagged(state: State, id: string): Outcome<unknown> {
  for (const { find } of TAGGED_KINDS) {
    const found = find(state, id);
    if (found !== undefined) return found;
  }
  return refuse("InvalidID", `The ID '${id}' is not valid`);
}
