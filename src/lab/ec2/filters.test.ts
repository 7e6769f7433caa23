import { describe, expect, test } from "vitest";
import { readFilters } from "./filters.ts";
import { Params } from "./params.ts";

const PATHS = {
  status: "status",
  description: "description",
  "group-id": "groupSet.groupId",
  "attachment.device-index": "attachment.deviceIndex",
  "source-dest-check": "sourceDestCheck",
};

const ENI = {
  status: "in-use",
  description: "aws-K8S-i-1 (50% *new*)",
  sourceDestCheck: true,
  groupSet: [{ groupId: "sg-1" }, { groupId: "sg-2" }],
  attachment: { deviceIndex: 1 },
  tagSet: [
    { key: "Name", value: "web" },
    { key: "empty", value: "" },
  ],
};

/** `name=value|value` pairs as the query protocol sends them. */
function params(...filters: readonly string[]): Params {
  const form = new URLSearchParams();
  filters.forEach((filter, index) => {
    const [name = "", values = ""] = filter.split("=");
    form.set(`Filter.${index + 1}.Name`, name);
    values.split("|").forEach((value, at) => {
      form.set(`Filter.${index + 1}.Value.${at + 1}`, value);
    });
  });
  return Params.fromForm(form.toString());
}

test.each([
  { name: "no filter lets everything through", filters: [], want: true },
  { name: "an equal value", filters: ["status=in-use"], want: true },
  { name: "another value", filters: ["status=available"], want: false },
  {
    name: "values are case-sensitive",
    filters: ["status=IN-USE"],
    want: false,
  },
  {
    name: "values are alternatives",
    filters: ["status=available|in-use"],
    want: true,
  },
  {
    name: "filters must all hold",
    filters: ["status=in-use", "group-id=sg-9"],
    want: false,
  },
  { name: "any element of a list", filters: ["group-id=sg-2"], want: true },
  { name: "a number", filters: ["attachment.device-index=1"], want: true },
  { name: "a boolean", filters: ["source-dest-check=true"], want: true },
  { name: "star: any run", filters: ["description=aws-K8S-*"], want: true },
  { name: "star: none at all", filters: ["status=in-use*"], want: true },
  {
    name: "question mark: one character",
    filters: ["status=in?use"],
    want: true,
  },
  { name: "question mark: none", filters: ["status=in-use?"], want: true },
  { name: "question mark: not two", filters: ["status=i?-?e"], want: false },
  {
    name: "a pattern covers the whole value",
    filters: ["status=in"],
    want: false,
  },
  {
    name: "an escaped star is a star",
    filters: ["description=*\\*new\\**"],
    want: true,
  },
  {
    name: "an escaped star is nothing else",
    filters: ["description=*\\*w*"],
    want: false,
  },
  { name: "a dot is a dot", filters: ["status=in.use"], want: false },
  { name: "a trailing backslash", filters: ["status=in-use\\"], want: false },
  { name: "a tag's value", filters: ["tag:Name=web"], want: true },
  { name: "another tag's value", filters: ["tag:Name=db"], want: false },
  { name: "an empty tag value", filters: ["tag:empty="], want: true },
  { name: "an absent tag", filters: ["tag:none=*"], want: false },
  { name: "a tag key", filters: ["tag-key=Name"], want: true },
])("$name", ({ filters, want }) => {
  expect(readFilters(params(...filters), PATHS)(ENI)).toBe(want);
});

test("an attribute that the item lacks matches nothing", () => {
  const condition = readFilters(params("attachment.device-index=*"), PATHS);
  expect(condition({ status: "available" })).toBe(false);
  expect(readFilters(params("tag-key=*", "tag:x=*"), PATHS)({})).toBe(false);
});

describe("refusals", () => {
  const many = Array.from({ length: 201 }, (_, index) => `v${index}`).join("|");
  test.each([
    {
      name: "unknown filter",
      filter: params("colour=red"),
      code: "InvalidParameterValue",
    },
    {
      name: "a name of Object.prototype",
      filter: params("toString=x"),
      code: "InvalidParameterValue",
    },
    {
      name: "no values",
      filter: Params.fromForm("Filter.1.Name=status"),
      code: "InvalidParameterValue",
    },
    {
      name: "no name",
      filter: Params.fromForm("Filter.1.Value.1=x"),
      code: "MissingParameter",
    },
    {
      name: "201 values",
      filter: params(`status=${many}`),
      code: "FilterLimitExceeded",
    },
  ])("$name", ({ filter, code }) => {
    expect(() => readFilters(filter, PATHS)).toThrow(expect.objectContaining({ code }));
  });
});
