import { describe, expect, test } from "vitest";
import { formatFor, negotiate } from "./accept.ts";

const TABLE =
  "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json";

describe("negotiate", () => {
  test.each([
    { accept: undefined, want: { encoding: "json", as: "object" } },
    { accept: "application/json, */*", want: { encoding: "json", as: "object" } },
    { accept: "application/vnd.kubernetes.protobuf,application/json", want: { encoding: "json" } },
    { accept: "application/vnd.kubernetes.protobuf, */*", want: { encoding: "json" } },
    { accept: TABLE, want: { as: "table", version: "v1" } },
    {
      accept: "application/json;as=Table;v=v1beta1;g=meta.k8s.io",
      want: { as: "table", version: "v1beta1" },
    },
    {
      accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
      want: { as: "partial" },
    },
    { accept: "application/yaml", want: { encoding: "yaml" } },
    { accept: "text/html, application/json;q=0.9", want: { encoding: "json" } },
    { accept: "application/json;as=Unheard,application/json", want: { as: "object" } },
  ])("$accept", ({ accept, want }) => {
    expect(negotiate(accept)).toMatchObject(want);
  });

  test.each(["text/html", "application/vnd.kubernetes.protobuf", "application/json;as=Unheard"])(
    "refuses %s",
    (accept) => {
      expect(() => negotiate(accept)).toThrow(expect.objectContaining({ code: 406 }));
    },
  );
});

describe("formatFor", () => {
  const table = negotiate(TABLE);

  test.each([
    { query: "", includeObject: "Metadata" },
    { query: "includeObject=Object", includeObject: "Object" },
    { query: "includeObject=None", includeObject: "None" },
  ])("rows of a Table carry what '$query' asks for", ({ query, includeObject }) => {
    expect(formatFor(table, new URLSearchParams(query))).toMatchObject({ includeObject });
  });

  test("refuses other words", () => {
    expect(() => formatFor(table, new URLSearchParams("includeObject=All"))).toThrow(/All/);
  });
});
