import { BerthError } from "../../base/index.ts";

/** What of the settings can contradict each other. */
export interface Targets {
  readonly prefixDelegation: boolean;
  readonly warm: { readonly ips: number; readonly minimumIps: number; readonly prefixes: number };
}

/** BerthError `settingsConflict`, which names the variables, for targets that can't hold together. */
export function findConflict({ prefixDelegation, warm }: Targets): BerthError | undefined {
  if (prefixDelegation && warm.prefixes === 0 && warm.ips === 0 && warm.minimumIps === 0) {
    return settingsConflict({
      variables: [
        "ENABLE_PREFIX_DELEGATION",
        "WARM_PREFIX_TARGET",
        "WARM_IP_TARGET",
        "MINIMUM_IP_TARGET",
      ],
      text: "ENABLE_PREFIX_DELEGATION=true with WARM_PREFIX_TARGET=0 and neither WARM_IP_TARGET nor MINIMUM_IP_TARGET is not valid: nothing would be kept for the next pod",
      fix: "Set one of the three targets to 1 or more; WARM_PREFIX_TARGET=1 is usual.",
    });
  }
  return undefined;
}

/** The error for settings that contradict each other. `variables` are those that it names. */
export function settingsConflict(given: {
  readonly variables: readonly string[];
  readonly text: string;
  readonly fix: string;
}): BerthError {
  const { variables, text, fix } = given;
  return new BerthError("settingsConflict", `${text}.`, {
    fix,
    facts: { variables: variables.join(", ") },
  });
}
