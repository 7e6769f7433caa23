import { Command as Commander, CommanderError, InvalidArgumentError, Option } from "commander";
import { assertNever, BerthError } from "../base/index.ts";
import type { ArgumentSpec, Command, OptionSpec } from "./command.ts";
import { newGiven, type Given, type GivenValue } from "./given.ts";
import { commandHelp, usageLine } from "./help.ts";

/** What the words after a command's name ask for. */
export type Parsed =
  | { readonly kind: "run"; readonly given: Given }
  | { readonly kind: "help"; readonly text: string };

/** Reads the words after a command's name. Throws a BerthError with code `usage` when they don't fit its specs. */
export function parseWords(command: Command, words: readonly string[]): Parsed {
  const help = commandHelp(command);
  const commander = newCommander(command);
  try {
    commander.parse([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === "commander.helpDisplayed") return { kind: "help", text: help };
    throw usageError(command, error);
  }
  const typed = commander.opts<Record<string, GivenValue>>();
  const values = new Map<string, GivenValue>();
  command.arguments.forEach(({ name, presence }, index) => {
    const value = commander.processedArgs[index] as GivenValue;
    // commander keeps the `--` that ends our own options when words before it are passed through.
    const marked = presence === "rest" && Array.isArray(value) && value[0] === "--";
    values.set(name, marked ? value.slice(1) : value);
  });
  for (const option of command.options) values.set(option.name, optionValue(option, typed));
  return { kind: "run", given: newGiven(values) };
}

function optionValue(option: OptionSpec, typed: Readonly<Record<string, GivenValue>>): GivenValue {
  if (option.kind !== "flag") return typed[camelCase(option.name)];
  // commander reads `--no-wait` as "wait is false".
  if (option.name.startsWith("no-")) return typed[camelCase(option.name.slice(3))] === false;
  return typed[camelCase(option.name)] === true;
}

function newCommander(command: Command): Commander {
  const commander = new Commander(command.name)
    .exitOverride()
    .helpOption("-h, --help")
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined });
  for (const argument of command.arguments) {
    commander.argument(commanderForm(argument), argument.summary);
    if (argument.presence === "rest") commander.passThroughOptions();
  }
  for (const option of command.options) commander.addOption(newOption(option));
  return commander;
}

function commanderForm({ name, presence }: ArgumentSpec): string {
  switch (presence) {
    case "required":
      return `<${name}>`;
    case "optional":
      return `[${name}]`;
    case "many":
    case "rest":
      return `<${name}...>`;
    default:
      return assertNever(presence);
  }
}

function newOption(option: OptionSpec): Option {
  switch (option.kind) {
    case "flag":
      return new Option(`--${option.name}`, option.summary);
    case "word": {
      const made = new Option(`--${option.name} <${option.value}>`, option.summary);
      if (option.choices !== undefined) made.choices(option.choices);
      return option.default === undefined ? made : made.default(option.default);
    }
    case "integer": {
      const made = new Option(`--${option.name} <${option.value}>`, option.summary);
      made.argParser((text: string) => parseInteger(text, option));
      return option.default === undefined ? made : made.default(option.default);
    }
    default:
      return assertNever(option);
  }
}

function parseInteger(text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (!/^-?\d+$/.test(text) || value < min || value > max) {
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  }
  return value;
}

function usageError(command: Command, error: CommanderError): BerthError {
  const reason = error.message.replace(/^error: /, "").replaceAll(/\n\(Did/g, " (did");
  return new BerthError(
    "usage",
    `Cannot run \`berth ${command.name}\`: ${reason}.`.replace(/\.\.$/, "."),
    {
      fix: `Call it as \`${usageLine(command)}\`; \`berth ${command.name} --help\` lists the options.`,
      cause: error,
    },
  );
}

function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
