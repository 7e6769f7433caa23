import { expect, test } from "vitest";
import { age, humanDuration } from "./age.ts";

const S = 1;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;
const Y = 365 * D;

test.each([
  { seconds: -5, want: "<invalid>" },
  { seconds: -1, want: "0s" },
  { seconds: 0, want: "0s" },
  { seconds: 119, want: "119s" },
  { seconds: 2 * M, want: "2m" },
  { seconds: 3 * M + 20, want: "3m20s" },
  { seconds: 10 * M - 1, want: "9m59s" },
  { seconds: 10 * M, want: "10m" },
  { seconds: 3 * H - 1, want: "179m" },
  { seconds: 3 * H, want: "3h" },
  { seconds: 5 * H + 3 * M, want: "5h3m" },
  { seconds: 8 * H, want: "8h" },
  { seconds: 48 * H - 1, want: "47h" },
  { seconds: 2 * D, want: "2d" },
  { seconds: 3 * D + 4 * H, want: "3d4h" },
  { seconds: 8 * D, want: "8d" },
  { seconds: 2 * Y - 1, want: "729d" },
  { seconds: 2 * Y, want: "2y" },
  { seconds: 3 * Y + 50 * D, want: "3y50d" },
  { seconds: 8 * Y, want: "8y" },
])("R-DIAG-1: $seconds s are printed as $want", ({ seconds, want }) => {
  expect(humanDuration(seconds * 1000)).toBe(want);
});

test.each([undefined, null, "", "yesterday"])("a timestamp %j has an unknown age", (timestamp) => {
  expect(age(timestamp, 0)).toBe("<unknown>");
});
