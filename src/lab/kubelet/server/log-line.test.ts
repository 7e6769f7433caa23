import { expect, test } from "vitest";
import { parseLogLine } from "./log-line.ts";

test.each([
  {
    name: "a whole line",
    line: "2026-11-24T14:00:00.123456789Z stdout F hello world",
    want: { time: "2026-11-24T14:00:00.123456789Z", stream: "stdout", text: "hello world\n" },
  },
  {
    name: "a part of one",
    line: "2026-11-24T14:00:00Z stderr P half",
    want: { time: "2026-11-24T14:00:00Z", stream: "stderr", text: "half" },
  },
  {
    name: "an empty one",
    line: "2026-11-24T14:00:00Z stdout F ",
    want: { time: "2026-11-24T14:00:00Z", stream: "stdout", text: "\n" },
  },
  { name: "something else", line: "hello", want: undefined },
])("parseLogLine: $name", ({ line, want }) => {
  expect(parseLogLine(line)).toEqual(want);
});
