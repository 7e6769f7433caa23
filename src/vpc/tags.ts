import { done, DONE, type Outcome, refuse } from "./failure.ts";
import type { State } from "./state.ts";
import type { Tags } from "./tag.ts";

const KEY_LENGTH_MAX = 128;
const VALUE_LENGTH_MAX = 256;
const NONE: Tags = new Map();

/** The tags of a resource, by its id; empty when it has none. */
export function tagsOf(state: State, resourceId: string): Tags {
  return state.tags.get(resourceId) ?? NONE;
}

/** Whether a resource that has `present` tags can be given these. Failures as of CreateTags. */
export function checkTags(
  state: State,
  { given, present = NONE }: { readonly given: Tags | undefined; readonly present?: Tags },
): Outcome<undefined> {
  if (given === undefined) return DONE;
  for (const [key, value] of given) {
    if (key === "") return refuse("InvalidParameterValue", "Tag key cannot be empty.");
    if (key.startsWith("aws:")) {
      return refuse(
        "InvalidParameterValue",
        `Tag keys starting with 'aws:' are reserved for internal use: '${key}'`,
      );
    }
    if (key.length > KEY_LENGTH_MAX) {
      return refuse("InvalidParameterValue", `Tag key exceeds the maximum length of 128: '${key}'`);
    }
    if (value.length > VALUE_LENGTH_MAX) {
      return refuse(
        "InvalidParameterValue",
        `Tag value exceeds the maximum length of 256: '${key}'`,
      );
    }
  }
  const { size } = new Set([...present.keys(), ...given.keys()]);
  const max = state.settings.quotas.tagsPerResource;
  if (size > max) {
    return refuse(
      "TagLimitExceeded",
      `The maximum number of tags per resource, ${max}, has been reached.`,
    );
  }
  return done(undefined);
}

/** Adds checked tags to a resource, or overwrites them. */
export function putTags(state: State, resourceId: string, given: Tags | undefined): void {
  if (given === undefined || given.size === 0) return;
  state.tags.set(resourceId, new Map([...tagsOf(state, resourceId), ...given]));
}
