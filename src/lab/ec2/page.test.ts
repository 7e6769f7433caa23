import { expect, test } from "vitest";
import { pageOf } from "./page.ts";
import { Params } from "./params.ts";
import type { XmlStruct, XmlValue } from "./xml.ts";

const text = (value: XmlValue): string => (typeof value === "string" ? value : "");

const rule = { min: 5, max: 1000, keyOf: (item: XmlStruct) => text(item["id"]) };
const items = Array.from({ length: 12 }, (_, n) => ({
  id: `eni-${String(12 - n).padStart(2, "0")}`,
}));

function page(query: string, list = items): { ids: string[]; nextToken: string | undefined } {
  const params = Params.fromForm(`Action=DescribeNetworkInterfaces&${query}`);
  const { items: found, nextToken } = pageOf(list, { params, rule });
  return { ids: found.map((item) => text(item["id"])), nextToken };
}

test("without a size everything comes at once, in its own order", () => {
  expect(page("")).toEqual({
    ids: items.map(({ id }) => id),
    nextToken: undefined,
  });
});

test("pages cover everything once, and the last one has no token", () => {
  const first = page("MaxResults=5");
  const second = page(`MaxResults=5&NextToken=${first.nextToken ?? ""}`);
  const third = page(`MaxResults=5&NextToken=${second.nextToken ?? ""}`);
  const all = [...first.ids, ...second.ids, ...third.ids];
  expect(all).toEqual(items.map(({ id }) => id).toSorted());
  expect([first.ids.length, second.ids.length, third.ids.length]).toEqual([5, 5, 2]);
  expect(third.nextToken).toBeUndefined();
});

test("a full last page has no token", () => {
  expect(page("MaxResults=12").nextToken).toBeUndefined();
});

test("items that vanish between two calls shift nothing", () => {
  const first = page("MaxResults=5");
  const rest = items.filter(({ id }) => !first.ids.includes(id));
  expect(page(`NextToken=${first.nextToken ?? ""}`, rest).ids).toHaveLength(7);
});

test.each([
  { name: "too small", query: "MaxResults=4", code: "InvalidParameterValue" },
  {
    name: "too large",
    query: "MaxResults=1001",
    code: "InvalidParameterValue",
  },
  { name: "no number", query: "MaxResults=all", code: "InvalidParameterValue" },
  {
    name: "garbage as token",
    query: "NextToken=garbage",
    code: "InvalidNextToken",
  },
  {
    name: "JSON of another kind",
    query: `NextToken=${Buffer.from("{}").toString("base64url")}`,
    code: "InvalidNextToken",
  },
  {
    name: "a token of another action",
    query: `NextToken=${Buffer.from('["DescribeVpcs","x"]').toString("base64url")}`,
    code: "InvalidNextToken",
  },
])("refused: $name", ({ query, code }) => {
  expect(() => page(query)).toThrow(expect.objectContaining({ code }));
});
