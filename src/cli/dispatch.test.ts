import { describe, expect, test } from "vitest";
import { BerthError } from "../base/index.ts";
import type { Command, Ports } from "./command.ts";
import { dispatch, failureText, type Program } from "./dispatch.ts";

const seen: string[] = [];

const scaleCommand: Command = {
  name: "lab scale",
  summary: "Change how many nodes a lab has",
  about: "Adds nodes to a lab or removes the newest of them. It waits until every node is ready.",
  arguments: [
    { name: "lab", summary: "the name of the lab", presence: "required" },
    { name: "zone", summary: "only in this zone", presence: "optional" },
  ],
  options: [
    { kind: "flag", name: "no-wait", summary: "do not wait" },
    {
      kind: "word",
      name: "output",
      value: "format",
      summary: "form of the result",
      choices: ["text", "json"],
      default: "text",
    },
    { kind: "word", name: "instance-type", value: "type", summary: "type of new nodes" },
    {
      kind: "integer",
      name: "nodes",
      value: "count",
      summary: "how many",
      min: 1,
      max: 100,
      default: 3,
    },
  ],
  examples: [{ comment: "Five nodes", line: "berth lab scale first --nodes 5" }],
  exitCodes: [{ code: 3, meaning: "the lab is not running" }],
  async run(given) {
    seen.push(
      JSON.stringify({
        lab: given.argument("lab"),
        zone: given.optionalArgument("zone"),
        wait: !given.flag("no-wait"),
        output: given.word("output"),
        type: given.word("instance-type"),
        nodes: given.integer("nodes"),
      }),
    );
    return 0;
  },
};

const execCommand: Command = {
  name: "lab exec",
  summary: "Run a program in a pod",
  about: "Runs a program in a pod of the lab.",
  arguments: [
    { name: "pod", summary: "the pod", presence: "required" },
    { name: "word", summary: "the program and its arguments", presence: "rest" },
  ],
  options: [],
  examples: [],
  exitCodes: [],
  async run(given) {
    seen.push(`${given.argument("pod")}: ${given.argumentList("word").join(" ")}`);
    return 7;
  },
};

const brokenCommand: Command = {
  name: "broken",
  summary: "Fail",
  about: "Fails.",
  arguments: [{ name: "how", summary: "bug or failure", presence: "many" }],
  options: [],
  examples: [],
  exitCodes: [],
  run(given) {
    if (given.argumentList("how")[0] === "bug") throw new TypeError("x is not a function");
    throw new BerthError("subnetFull", "Cannot add a /28 to eni-1: subnet-1 has no free block.", {
      fix: "Add a subnet for pods.",
      cause: new Error("InsufficientCidrBlocks"),
    });
  },
};

const program: Program = {
  version: "1.2.3",
  about: "a pod network",
  groups: { lab: "A VPC on this machine" },
  commands: [scaleCommand, execCommand, brokenCommand].map((command) => ({
    name: command.name,
    load: () => Promise.resolve(command),
  })),
};

async function berth(
  line: string,
): Promise<{ code: number; out: string; err: string; ran: string[] }> {
  seen.length = 0;
  let [out, err] = ["", ""];
  const ports: Ports = {
    printer: {
      result: (text) => void (out += `${text}\n`),
      progress: (text) => void (err += `${text}\n`),
    },
    env: {},
    interruption: () => new AbortController().signal,
  };
  const code = await dispatch(program, line.split(" ").filter(Boolean), ports);
  return { code, out, err, ran: [...seen] };
}

describe("words find their command", () => {
  test.each([
    {
      name: "defaults are filled in",
      line: "lab scale first",
      ran: '{"lab":"first","wait":true,"output":"text","nodes":3}',
      code: 0,
    },
    {
      name: "options and arguments in any order",
      line: "lab scale --nodes 5 first --no-wait eu-west-1a --output json --instance-type m5.large",
      ran: '{"lab":"first","zone":"eu-west-1a","wait":false,"output":"json","type":"m5.large","nodes":5}',
      code: 0,
    },
    {
      name: "dashes after -- belong to the program",
      line: "lab exec web-1 -- ls -l --help",
      ran: "web-1: ls -l --help",
      code: 7,
    },
    {
      name: "and so they do without --",
      line: "lab exec web-1 ls -l",
      ran: "web-1: ls -l",
      code: 7,
    },
  ])("$name", async ({ line, ran, code }) => {
    expect(await berth(line)).toEqual({ code, out: "", err: "", ran: [ran] });
  });
});

describe("a wrong call is refused with 2, and says why and what to do", () => {
  test.each([
    { name: "an integer above its limit", line: "lab scale first --nodes 101" },
    { name: "no integer", line: "lab scale first --nodes many" },
    { name: "a word that is no choice", line: "lab scale first --output yaml" },
    { name: "an argument is missing", line: "lab scale" },
    { name: "one argument too many", line: "lab scale a b c" },
    { name: "a misspelled option", line: "lab scale first --node 3" },
    { name: "a misspelled command", line: "brokne" },
    { name: "a misspelled command of a group", line: "lab scael first" },
    { name: "nothing like a command", line: "xyzzy" },
    { name: "an option without a command", line: "--verbose" },
  ])("$name", async ({ line }) => {
    const { code, out, err, ran } = await berth(line);
    expect({ code, out, ran }).toEqual({ code: 2, out: "", ran: [] });
    expect(err).toMatchSnapshot();
  });
});

describe("help and version", () => {
  test.each([
    { name: "of everything", line: "" },
    { name: "of everything, asked for", line: "--help" },
    { name: "of a group", line: "lab --help" },
    { name: "of a command", line: "lab scale --help" },
    { name: "of a command that takes a program", line: "lab exec -h" },
    { name: "of a command that takes many words", line: "broken --help" },
    { name: "the version", line: "--version" },
  ])("$name", async ({ line }) => {
    const { code, out, err, ran } = await berth(line);
    expect({ code, err, ran }).toEqual({ code: 0, err: "", ran: [] });
    expect(out).toMatchSnapshot();
  });
});

describe("failures", () => {
  test("an expected failure says what, why and fix, and exits with 1", async () => {
    const { code, out, err } = await berth("broken failure");
    expect({ code, out, err }).toEqual({
      code: 1,
      out: "",
      err: [
        "Cannot add a /28 to eni-1: subnet-1 has no free block.",
        "  because: InsufficientCidrBlocks",
        "  fix: Add a subnet for pods.",
        "",
      ].join("\n"),
    });
  });

  test("a bug shows its stack and exits with 70", async () => {
    const { code, err } = await berth("broken bug");
    expect(code).toBe(70);
    expect(err).toMatch(/^This is a bug in Berth;.*\nTypeError: x is not a function\n +at /);
  });

  test.each([
    {
      name: "an error without a stack",
      error: Object.assign(new Error("no"), { stack: undefined }),
      want: "no",
    },
    { name: "something thrown that is no error", error: "text", want: "text" },
  ])("$name is a bug too", ({ error, want }) => {
    expect(failureText(error)).toBe(
      `This is a bug in Berth; please report it with the lines below.\n${want}`,
    );
  });
});
