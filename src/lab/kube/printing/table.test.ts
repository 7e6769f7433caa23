import { expect, test } from "vitest";
import { namespaceKind } from "../kinds/namespace.ts";
import { newTable, partialObjectMetadata } from "./table.ts";

const object = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "a", labels: { b: "c" }, creationTimestamp: "2026-01-01T00:00:00Z" },
  status: { phase: "Active" },
};
const request = {
  kind: namespaceKind,
  objects: [object],
  metadata: { resourceVersion: "7" },
  nowMs: Date.parse("2026-01-01T00:00:30Z"),
};

test.each([
  { includeObject: "None" as const, want: undefined },
  {
    includeObject: "Metadata" as const,
    want: {
      kind: "PartialObjectMetadata",
      apiVersion: "meta.k8s.io/v1",
      metadata: object.metadata,
    },
  },
  { includeObject: "Object" as const, want: object },
])("rows carry what includeObject=$includeObject asks for", ({ includeObject, want }) => {
  const table = newTable({ ...request, includeObject });
  expect(table.rows).toEqual([
    { cells: ["a", "Active", "30s"], ...(want === undefined ? {} : { object: want }) },
  ]);
});

test("columns have every field, and are left out in later events of a watch", () => {
  const table = newTable({ ...request, includeObject: "None" });
  expect(table.kind).toBe("Table");
  expect(table.apiVersion).toBe("meta.k8s.io/v1");
  expect(table.metadata).toEqual({ resourceVersion: "7" });
  expect(table.columnDefinitions[1]).toEqual({
    name: "Status",
    type: "string",
    format: "",
    description: "",
    priority: 0,
  });
  const later = newTable({ ...request, includeObject: "None", withColumns: false });
  expect(later.columnDefinitions).toEqual([]);
});

test("v1beta1 is served to clients that ask for it", () => {
  const table = newTable({ ...request, includeObject: "Metadata", version: "v1beta1" });
  expect(table.apiVersion).toBe("meta.k8s.io/v1beta1");
  expect(partialObjectMetadata(object, "v1beta1").apiVersion).toBe("meta.k8s.io/v1beta1");
});
