import type { Environment } from "../variable-reader.ts";
import { misspeltNotes } from "./misspelt-notes.ts";
import { overruledNotes } from "./overruled-notes.ts";
import type { Rulers } from "./overruled-notes.ts";
import { unusedNotes } from "./unused-notes.ts";
import type { VariableNote } from "./variable-note.ts";

/**
 * Everything that is said about an environment at a start, so that nothing in it is ignored without a word. Throws
 * BerthError `badSetting`.
 */
export function variableNotes(env: Environment, rulers: Rulers): readonly VariableNote[] {
  return [...misspeltNotes(env), ...unusedNotes(env), ...overruledNotes(env, rulers)];
}
