import { BerthError } from "../../base/index.ts";
import { listNetns } from "../../dataplane/index.ts";
import type { LabFile } from "../labfile/lab-file.ts";
import type { StateDir } from "./state-dir.ts";

/** The name of a lab's network namespace of some role, such as `router`; a node's role is its name. */
export function netnsName({ name }: Pick<StateDir, "name">, role: string): string {
  return `berth-${name}-${role}`;
}

/**
 * Refuses to start a lab whose namespaces are there although its own directory does not know of them: they belong to a lab
 * of the same name with another directory, and cleaning up after ours would end that one. Throws `labRunning`.
 */
export function refuseTakenNetns(dir: StateDir, { nodes }: LabFile): void {
  const existing = new Set(listNetns());
  const roles = ["router", "internet", "nat", ...nodes.map(({ name }) => name)];
  const taken = roles.map((role) => netnsName(dir, role)).find((name) => existing.has(name));
  if (taken === undefined) return;
  throw new BerthError(
    "labRunning",
    `Lab ${dir.name} can't have the network namespace ${taken}: there is one, and it is not known in ${dir.path}.`,
    {
      fix: `Give this lab another \`name:\`. If another lab ${dir.name} runs with another BERTH_LAB_STATE_DIR, \`berth lab down\` with that one ends it; if nothing uses the namespace any more, \`ip netns del ${taken}\` removes it.`,
      facts: { netns: taken },
    },
  );
}
