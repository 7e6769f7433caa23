import { nearest } from "../../base/index.ts";
import { VARIABLES } from "../variables.ts";
import { UNUSED_VARIABLES } from "./unused-variables.ts";
import type { VariableNote } from "./variable-note.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whatever begins so is meant for a node agent. */
const OURS = /^(WARM|MINIMUM_IP|BERTH|AWS_VPC|AWS_MANAGE_ENIS|AWS_EXTERNAL_SERVICE|ENI_CONFIG)_/i;
/** What begins so is, if it is close to one that we know. */
const MAYBE_OURS =
  /^(ENABLE|DISABLE|MAX|MIN|IP|AWS_VPC|ADDITIONAL|MANAGE|ANNOTATE|INTROSPECTION)_/i;
/** What the kubelet sets for each Service of the agent's namespace. */
const OF_A_SERVICE = /_(SERVICE_HOST|SERVICE_PORT|PORT)(_|$)/;

/** Variables that nobody reads and that look like typing errors of ones that are read. */
export function misspeltNotes(env: Environment): readonly VariableNote[] {
  const known = [...Object.keys(VARIABLES), ...Object.keys(UNUSED_VARIABLES)];
  return Object.entries(env).flatMap(([variable, value = ""]) => {
    if (known.includes(variable) || OF_A_SERVICE.test(variable)) return [];
    const meant = meantBy(variable, known);
    if (meant === undefined && !OURS.test(variable)) return [];
    const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
    const text = `${variable} is not a setting of the agent, and has no effect${hint}`;
    return [{ severity: "warn", variable, value, text }];
  });
}

function meantBy(variable: string, known: readonly string[]): string | undefined {
  const [closest] = nearest(variable, known, 1);
  if (closest === undefined) return undefined;
  const related = OURS.test(variable) || MAYBE_OURS.test(variable);
  return related || isPermutation(variable, closest) ? closest : undefined;
}

/** Neighbours swapped, or another case: the same letters, as a hurried hand writes them. */
function isPermutation(one: string, other: string): boolean {
  const letters = (text: string): string => Array.from(text.toUpperCase()).toSorted().join("");
  return letters(one) === letters(other);
}
