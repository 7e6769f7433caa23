import { expect, test } from "vitest";
import { InvariantError } from "../base/index.ts";
import { renderTable } from "./index.ts";

test("columns are as wide as their widest cell, numbers to the right, no space at the end", () => {
  const text = renderTable({
    headers: ["NODE", "FREE", "ZONE"],
    rows: [
      ["node-1", "7", "us-east-1a"],
      ["n", "120", ""],
    ],
    numeric: ["FREE"],
  });
  expect(text.split("\n")).toEqual([
    "NODE    FREE  ZONE",
    "node-1     7  us-east-1a",
    "n        120",
    "",
  ]);
});

test("without rows there are the headers", () => {
  expect(renderTable({ headers: ["NODE", "FREE"], rows: [] })).toBe("NODE  FREE\n");
});

test("a row of another length is a bug", () => {
  expect(() => renderTable({ headers: ["NODE", "FREE"], rows: [["node-1"]] })).toThrow(
    InvariantError,
  );
});
