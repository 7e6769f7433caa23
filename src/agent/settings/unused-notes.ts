import { BerthError } from "../../base/index.ts";
import type { Environment } from "../variable-reader.ts";
import { UNUSED_VARIABLES } from "./unused-variables.ts";
import type { UnusedVariable } from "./unused-variable.ts";
import type { VariableNote } from "./variable-note.ts";

/**
 * What is to be said about variables of the VPC CNI that have no effect here. Throws BerthError `badSetting` for a
 * value that asks for what would be missed.
 */
export function unusedNotes(env: Environment): readonly VariableNote[] {
  return Object.entries(UNUSED_VARIABLES).flatMap(([variable, unused]) => {
    const value = env[variable]?.trim() ?? "";
    const refusal = unused.refused?.[value.toLowerCase()];
    if (refusal !== undefined) throw refused(variable, { value, refusal });
    const { values } = unused;
    if (value !== "" && values?.includes(value.toLowerCase()) === false)
      throw refused(variable, { value, refusal: `it must be one of ${values.join(", ")}` });
    if (value === "" || isQuiet(unused, value)) return [];
    const text = `${variable}=${value} is known, and has no effect in Berth because ${unused.why}`;
    return [{ severity: "info", variable, value, text }];
  });
}

function isQuiet({ quiet = [] }: UnusedVariable, value: string): boolean {
  return quiet === "any" || quiet.includes(value.toLowerCase());
}

function refused(
  variable: string,
  { value, refusal }: { readonly value: string; readonly refusal: string },
): BerthError {
  return new BerthError("badSetting", `${variable}=${value} can't be met: ${refusal}.`, {
    fix: `Remove ${variable}, or set it to another value.`,
    facts: { variable, value },
  });
}
