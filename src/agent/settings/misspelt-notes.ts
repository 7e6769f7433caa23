import { nearest } from "../../base/index.ts";
import type { Environment } from "../variable-reader.ts";
import { VARIABLES } from "../variables.ts";
import { UNUSED_VARIABLES } from "./unused-variables.ts";
import type { VariableNote } from "./variable-note.ts";

/** Whatever begins so is meant for a node agent. */
const OURS = /^(WARM|MINIMUM_IP|BERTH|AWS_VPC|AWS_MANAGE_ENIS|AWS_EXTERNAL_SERVICE|ENI_CONFIG)_/i;
/** What begins so is, if it is close to one that we know. */
const MAYBE_OURS =
  /^(ENABLE|DISABLE|MAX|MIN|IP|AWS_VPC|ADDITIONAL|MANAGE|ANNOTATE|INTROSPECTION)_/i;
/** What the kubelet sets for each Service of the agent's namespace. */
const OF_A_SERVICE = /_(SERVICE_HOST|SERVICE_PORT|PORT)(_|$)/;

const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(VARIABLES),
  ...Object.keys(UNUSED_VARIABLES),
]);
const KNOWN_LETTERS: ReadonlySet<string> = new Set([...KNOWN].map(letters));

/** Variables that nobody reads and that look like typing errors of ones that are read. */
export function misspeltNotes(env: Environment): readonly VariableNote[] {
  return Object.entries(env).flatMap(([variable, value = ""]) => {
    if (KNOWN.has(variable) || OF_A_SERVICE.test(variable)) return [];
    const meant = meantBy(variable);
    if (meant === undefined && !OURS.test(variable)) return [];
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    const text = `${variable} is not a setting of the agent, and has no effect${hint}`;
    return [{ severity: "warn", variable, value, text }];
  });
}

function meantBy(variable: string): string | undefined {
  const related = OURS.test(variable) || MAYBE_OURS.test(variable);
  // Most variables are neither: a comparison with each that is known would be the longest part of reading the settings.
  if (!related && !KNOWN_LETTERS.has(letters(variable))) return undefined;
  const [closest] = nearest(variable, KNOWN, 1);
  if (closest === undefined) return undefined;
  return related || letters(variable) === letters(closest) ? closest : undefined;
}

/** The letters of a name in order. With neighbours swapped, or in another case, as a hurried hand writes them, they are the same. */
function letters(text: string): string {
  return Array.from(text.toUpperCase()).toSorted().join("");
}
