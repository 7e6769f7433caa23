import { realpathSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type LabChoice, type LabConfig, type Machine, readLabConfig } from "../../lab/index.ts";
import type { OptionSpec, Ports } from "../command.ts";
import type { Given } from "../given.ts";

/** The option by which commands choose among labs. */
export const NAME_OPTION: OptionSpec = {
  kind: "word",
  name: "name",
  value: "lab",
  summary: "which lab, when there is more than one",
};

/** The option of commands whose result programs read too. */
export const OUTPUT_OPTION: OptionSpec = {
  kind: "word",
  name: "output",
  value: "format",
  summary: "how to print the answer",
  choices: ["text", "json"],
  default: "text",
};

/** The lab file of `npm start`. */
export const FIRST_LAB: string = fromRoot("examples/labs/first.yaml");

/** The CNI plugin that set-up compiles. */
export const RELAY: string = fromRoot("build/cni-relay");

/** Where Node keeps compiled sources between labs. */
export const COMPILE_CACHE: string = fromRoot("node_modules/.cache/berth-compiled");

/** The words that run this very Berth: the Node that runs now, and its command. */
export const BERTH: readonly [string, ...string[]] = [
  process.execPath,
  fromRoot("src/cli/main.ts"),
];

/** Directories that the agents of a lab need to run that very Berth, beside /usr. */
export const SOURCES: readonly string[] = [fromRoot(""), dirname(process.execPath)]
  .map((path) => realpathSync(path))
  .filter((path, index, all) => !all.some((other, at) => at < index && isInside(path, other)));

function isInside(path: string, dir: string): boolean {
  return path === dir || path.startsWith(`${dir}/`) || path.startsWith("/usr/");
}

function fromRoot(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url));
}

/** This machine, as far as a lab depends on it. */
export function thisMachine(): Machine {
  return { platform: process.platform, uid: process.getuid?.() ?? -1 };
}

/** The lab's settings from the environment. */
export function labConfig({ env }: Pick<Ports, "env">): LabConfig {
  return readLabConfig(env, thisMachine());
}

/** The lab that a command is about. */
export function labChoice(given: Given, ports: Pick<Ports, "env">): LabChoice {
  return { stateRoot: labConfig(ports).stateRoot, name: given.word("name") };
}
