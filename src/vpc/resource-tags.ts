import { type Outcome, todo } from "./failure.ts";
import type { State } from "./state.ts";
import type { TagRecord, Tags } from "./tag.ts";

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
  create(_resourceIds: readonly string[], _tags: Tags): Outcome<undefined> {
    return todo();
  }

  /**
   * DeleteTags: a tag given with an undefined value goes whatever its value is, else only if the value is equal;
   * an empty list deletes all. Failures: the resource's `….NotFound`, `InvalidID`.
   */
  delete(
    _resourceIds: readonly string[],
    _tags: readonly { readonly key: string; readonly value: string | undefined }[],
  ): Outcome<undefined> {
    return todo();
  }

  /** The tags of one resource, by its id. */
  of(_resourceId: string): Tags {
    return todo();
  }

  /** All tags of all resources. */
  list(): readonly TagRecord[] {
    return todo();
  }
}
