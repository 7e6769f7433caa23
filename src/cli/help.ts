import { assertNever } from "../base/index.ts";
import type { ArgumentSpec, Command, OptionSpec } from "./command.ts";

const WIDTH = 88;

/** Exit codes that every command has. */
const COMMON_EXIT_CODES = [
  { code: 0, meaning: "done" },
  { code: 1, meaning: "failed; stderr says what, why and how to fix it" },
  { code: 2, meaning: "called wrongly" },
];

/** The help of one command: one line, one paragraph, arguments, options with defaults, examples, exit codes. */
export function commandHelp(command: Command): string {
  const sections = [
    `berth ${command.name}: ${command.summary}`,
    wrap(command.about, WIDTH),
    `Usage: ${usageLine(command)}`,
    table("Arguments", command.arguments.map(argumentRow)),
    table("Options", [...command.options.map(optionRow), ["--help", "show this"]]),
    block(
      "Examples",
      command.examples.map(({ comment, line }) => `  # ${comment}\n  ${line}`),
    ),
    table(
      "Exit codes",
      [...COMMON_EXIT_CODES, ...command.exitCodes].map(({ code, meaning }) => [
        String(code),
        meaning,
      ]),
    ),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

/** The list of commands, under a title that says where the reader is. */
export function listHelp(title: string, commands: readonly Command[]): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `${title}\n\n${table("Commands", rows)}\n\n\`berth COMMAND --help\` explains one, with examples.\n`;
}

/**
 * `berth lab scale WORKLOAD REPLICAS [options]`. Before an argument that takes all words that follow, options come first:
 * after it they are the other program's.
 */
export function usageLine(command: Command): string {
  const words = command.arguments.map(argumentForm);
  const takesRest = command.arguments.some(({ presence }) => presence === "rest");
  const all = takesRest ? ["[options]", ...words] : [...words, "[options]"];
  return ["berth", command.name, ...all].join(" ");
}

function argumentForm({ name, presence }: ArgumentSpec): string {
  const word = name.toUpperCase();
  switch (presence) {
    case "required":
      return word;
    case "optional":
      return `[${word}]`;
    case "many":
      return `${word}...`;
    case "rest":
      return `-- ${word}...`;
    default:
      return assertNever(presence);
  }
}

function argumentRow(argument: ArgumentSpec): readonly [string, string] {
  return [argument.name.toUpperCase(), argument.summary];
}

function optionRow(option: OptionSpec): readonly [string, string] {
  switch (option.kind) {
    case "flag":
      return [`--${option.name}`, option.summary];
    case "word": {
      const choices = option.choices === undefined ? "" : ` (${option.choices.join(" or ")})`;
      return [`--${option.name} <${option.value}>`, option.summary + choices + defaultNote(option)];
    }
    case "integer": {
      const limits = ` (${option.min} to ${option.max})`;
      return [`--${option.name} <${option.value}>`, option.summary + limits + defaultNote(option)];
    }
    default:
      return assertNever(option);
  }
}

function defaultNote(option: { readonly default?: string | number }): string {
  return option.default === undefined ? "" : `; default ${option.default}`;
}

function table(
  title: string,
  rows: readonly (readonly [string, string] | readonly string[])[],
): string {
  const left = Math.max(0, ...rows.map(([name = ""]) => name.length)) + 2;
  const lines = rows.map(([name = "", meaning = ""]) => {
    const indented = wrap(meaning, WIDTH - left - 2).replaceAll("\n", `\n${" ".repeat(left + 2)}`);
    return `  ${name.padEnd(left)}${indented}`;
  });
  return block(title, lines);
}

function block(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${title}:\n${lines.join("\n")}`;
}

function wrap(text: string, width: number): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join("\n");
}
