import { nearest } from "../../base/index.ts";
import type { Path, Problem } from "./problem.ts";

/** A wrong value. */
export function problem(path: Path, reason: string, fix: string): Problem {
  return { path, at: "value", reason, fix };
}

/** A name that no subnet has, and where it stands. */
export interface UnknownSubnet {
  readonly path: Path;
  readonly name: string;
  readonly subnets: readonly { readonly name: string }[];
}

/** The problem of such a name. */
export function unknownSubnet({ path, name, subnets }: UnknownSubnet): Problem {
  const names = [...new Set(subnets.map((subnet) => subnet.name))];
  return problem(path, `There is no subnet \`${name}\`.`, suggestion(name, names));
}

/** Which of the names is likely meant, as a sentence. */
export function suggestion(name: string, names: readonly string[]): string {
  const near = nearest(name, names);
  if (near.length > 0) return `Did you mean ${near.map((each) => `\`${each}\``).join(" or ")}?`;
  return names.length > 0
    ? `There are ${names.map((each) => `\`${each}\``).join(", ")}.`
    : "There are none.";
}
