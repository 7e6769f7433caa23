import { appendFileSync, writeFileSync } from "node:fs";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { temporaryDir } from "../../testing/labs.ts";
import { container, exited, running, sandbox } from "../testing/runtime-view.ts";
import { testPod } from "../testing/test-node.ts";
import { readLogLines } from "./log-file.ts";
import { type LogRequest, readLogRequest } from "./log-request.ts";
import { logPieces } from "./log-stream.ts";
import { loggedContainer, runningContainer } from "./pod-lookup.ts";
import { readSessionPath } from "./sessions.ts";

const root = temporaryDir();
afterAll(() => root.remove());

const ALL: LogRequest = {
  follow: false,
  previous: false,
  timestamps: false,
  tailLines: undefined,
  limitBytes: undefined,
  sinceMs: undefined,
};

function logFile(name: string, lines: readonly string[]): string {
  const path = `${root.path}/${name}.log`;
  writeFileSync(path, lines.map((line, second) => `${timeOf(second)} stdout F ${line}\n`).join(""));
  return path;
}

function timeOf(second: number): string {
  return `2026-11-24T14:00:${String(second).padStart(2, "0")}.000000001Z`;
}

async function read(path: string, request: Partial<LogRequest>): Promise<string> {
  const { signal } = new AbortController();
  const pieces = logPieces({
    path,
    request: { ...ALL, ...request },
    isRunning: async () => false,
    signal,
  });
  return text(Readable.from(pieces));
}

describe("logs", () => {
  test.each([
    { name: "all", request: {}, want: "one\ntwo\nthree\n" },
    { name: "the last", request: { tailLines: 1 }, want: "three\n" },
    { name: "more than there are", request: { tailLines: 9 }, want: "one\ntwo\nthree\n" },
    { name: "none", request: { tailLines: 0 }, want: "" },
    { name: "so many bytes", request: { limitBytes: 5 }, want: "one\nt" },
    { name: "since a time", request: { sinceMs: Date.parse(timeOf(1)) }, want: "two\nthree\n" },
    {
      name: "with times",
      request: { tailLines: 1, timestamps: true },
      want: `${timeOf(2)} three\n`,
    },
  ])("$name", async ({ request, want }) => {
    expect(await read(logFile("three", ["one", "two", "three"]), request)).toBe(want);
  });

  test("a long log is read in pieces, and its end found from behind", async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index} ${"x".repeat(40)}`);
    const path = logFile("long", lines);
    expect((await read(path, {})).split("\n")).toHaveLength(5001);
    expect(await read(path, { tailLines: 3000 })).toBe(`${lines.slice(2000).join("\n")}\n`);
    expect(readLogLines(path, 1).map((line) => line.text)).toEqual([`${lines.at(-1) ?? ""}\n`]);
    expect(readLogLines(`${root.path}/none`, 1)).toEqual([]);
  });

  test("a followed log goes on while the container runs", async () => {
    const path = logFile("followed", ["one"]);
    let alive = true;
    const request = { ...ALL, follow: true };
    const { signal } = new AbortController();
    const pieces = logPieces({ path, request, isRunning: async () => alive, signal });
    expect((await pieces.next()).value).toBe("one\n");
    appendFileSync(path, `${timeOf(5)} stderr P half `);
    appendFileSync(path, `\n${timeOf(6)} stderr F whole\n`);
    alive = false;
    expect((await pieces.next()).value).toBe("half whole\n");
    expect((await pieces.next()).done).toBe(true);
  });

  test("the query is read, and what is odd refused", () => {
    const query = new URLSearchParams("follow=true&tailLines=5&sinceSeconds=10&timestamps=1");
    expect(readLogRequest(query, 60_000)).toEqual({
      ...ALL,
      follow: true,
      timestamps: true,
      tailLines: 5,
      sinceMs: 50_000,
    });
    const since = new URLSearchParams("sinceTime=2026-11-24T14:00:00Z");
    expect(readLogRequest(since, 0).sinceMs).toBe(Date.parse("2026-11-24T14:00:00Z"));
    for (const odd of ["tailLines=-1", "limitBytes=x", "sinceTime=noon"]) {
      expect(() => readLogRequest(new URLSearchParams(odd), 0), odd).toThrow(RangeError);
    }
  });
});

describe("which container", () => {
  const pod = testPod("p");
  const log = (have: Parameters<typeof sandbox>[1], previous = false): string =>
    loggedContainer(pod, [sandbox(0, have)], { container: "main", previous }).id;

  test("the newest that has run, or the one before", () => {
    const restarted = [container("main", running(), 1), container("main", exited(1))];
    expect([log(restarted), log(restarted, true)]).toEqual(["main-1", "main-0"]);
    expect(log([container("main", exited(1))], true)).toBe("main-0");
  });

  test("refusals are in the kubelet's words", () => {
    expect(() => log([])).toThrow(
      'container "main" in pod "p" is waiting to start: ContainerCreating',
    );
    expect(() => log([container("main", running())], true)).toThrow(
      'previous terminated container "main" in pod "p" not found',
    );
    expect(() => loggedContainer(pod, [], { container: "x", previous: false })).toThrow(
      "container x is not valid for pod p",
    );
    expect(() => runningContainer([sandbox(0, [container("main", exited(0))])], "main")).toThrow(
      'container not found ("main")',
    );
  });
});

test.each([
  { path: "/exec/ns/p/c", want: { kind: "exec", namespace: "ns", pod: "p", container: "c" } },
  {
    path: "/attach/ns/p/uid/c",
    want: { kind: "attach", namespace: "ns", pod: "p", container: "c" },
  },
  {
    path: "/portForward/ns/p",
    want: { kind: "portForward", namespace: "ns", pod: "p", container: "" },
  },
  { path: "/exec/ns/p", want: undefined },
  { path: "/run/ns/p/c", want: undefined },
])("readSessionPath($path)", ({ path, want }) => {
  expect(readSessionPath(path)).toEqual(want);
});
