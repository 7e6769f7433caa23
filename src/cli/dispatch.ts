import { BerthError, nearest } from "../base/index.ts";
import type { Command, Ports } from "./command.ts";
import type { CommandEntry } from "./command-list.ts";
import { listHelp } from "./help.ts";
import { parseWords } from "./parse.ts";

/** What `berth` can do, and under which headings. */
export interface Program {
  readonly version: string;
  readonly about: string;
  readonly commands: readonly CommandEntry[];
  readonly groups: Readonly<Record<string, string>>;
}

/**
 * Finds the command that `words` name, runs it and resolves to the exit code.
 * Nothing escapes: a BerthError becomes what, why and fix with exit code 1 (2 when it was called wrongly),
 * anything else is reported as a bug with exit code 70, as sysexits.h calls it.
 */
export async function dispatch(
  program: Program,
  words: readonly string[],
  ports: Ports,
): Promise<number> {
  try {
    return await find(program, words, ports);
  } catch (error) {
    ports.printer.progress(failureText(error));
    if (!(error instanceof BerthError)) return 70;
    return error.code === "usage" ? 2 : 1;
  }
}

async function find(program: Program, words: readonly string[], ports: Ports): Promise<number> {
  const entry = program.commands.find(({ name }) => beginsWith(words, name.split(" ")));
  if (entry !== undefined) {
    const command = await entry.load();
    const parsed = parseWords(command, words.slice(command.name.split(" ").length));
    if (parsed.kind === "run") return command.run(parsed.given, ports);
    ports.printer.result(parsed.text);
    return 0;
  }
  if (words[0] === "--version") {
    ports.printer.result(program.version);
    return 0;
  }
  const names = words.filter((word) => word !== "--help" && word !== "-h");
  const [first] = names;
  const about = first === undefined ? program.about : program.groups[first];
  if (about === undefined || names.length > 1) throw unknownCommand(program, names);
  const title = first === undefined ? `berth: ${about}` : `berth ${first}: ${about}`;
  ports.printer.result(listHelp(title, await load(program, first)));
  return 0;
}

function load({ commands }: Program, group: string | undefined): Promise<Command[]> {
  const shown = commands.filter(({ name }) => group === undefined || name.startsWith(`${group} `));
  return Promise.all(shown.map((entry) => entry.load()));
}

function unknownCommand({ commands }: Program, words: readonly string[]): BerthError {
  const names = commands.map(({ name }) => name);
  const [first = "", second] = words;
  const near = [
    ...new Set([...nearest(words.slice(0, 2).join(" "), names), ...nearest(first, names)]),
  ];
  const meant = near.slice(0, 3).map((name) => `\`berth ${name}\``);
  const shown =
    second !== undefined && names.some((name) => name.startsWith(`${first} `))
      ? `${first} ${second}`
      : first;
  return new BerthError("usage", `There is no command \`berth ${shown}\`.`, {
    fix:
      meant.length === 0
        ? "`berth --help` lists the commands."
        : `Did you mean ${meant.join(" or ")}? \`berth --help\` lists the commands.`,
  });
}

function beginsWith(words: readonly string[], name: readonly string[]): boolean {
  return name.every((part, index) => words[index] === part);
}

/** An error as a person should read it: what failed and why, the causes below it, and what to do. */
export function failureText(error: unknown): string {
  if (!(error instanceof BerthError)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `This is a bug in Berth; please report it with the lines below.\n${detail}`;
  }
  const lines = [error.message];
  for (
    let cause = error.cause;
    cause instanceof Error && error.code !== "usage";
    cause = cause.cause
  ) {
    lines.push(`  because: ${cause.message}`);
  }
  return [...lines, `  fix: ${error.fix}`].join("\n");
}
