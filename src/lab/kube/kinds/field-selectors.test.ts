import { expect, test } from "vitest";
import { kindNamed, objectOf } from "./testing.ts";

test.each([
  { kind: "Pod", field: "spec.nodeName", fields: { spec: { nodeName: "n1" } }, want: "n1" },
  { kind: "Pod", field: "spec.nodeName", fields: {}, want: "" },
  { kind: "Pod", field: "spec.hostNetwork", fields: {}, want: "false" },
  { kind: "Pod", field: "status.phase", fields: { status: { phase: "Running" } }, want: "Running" },
  { kind: "Node", field: "spec.unschedulable", fields: {}, want: "false" },
  {
    kind: "Event",
    field: "involvedObject.uid",
    fields: { involvedObject: { uid: "u" } },
    want: "u",
  },
  { kind: "Event", field: "source", fields: { source: { component: "kubelet" } }, want: "kubelet" },
  {
    kind: "Namespace",
    field: "status.phase",
    fields: { status: { phase: "Active" } },
    want: "Active",
  },
])("field selector $field of $kind gives $want", ({ kind, field, fields, want }) => {
  const definition = kindNamed(kind);
  expect(definition.fieldSelectors[field]?.(objectOf(definition, fields))).toBe(want);
});

test("every field selector of every kind bears an object that says nothing", () => {
  for (const kind of [
    "Pod",
    "Node",
    "Event",
    "Namespace",
    "Secret",
    "Service",
    "Job",
    "ReplicaSet",
    "ReplicationController",
  ]) {
    const definition = kindNamed(kind);
    for (const read of Object.values(definition.fieldSelectors)) {
      expect(read(objectOf(definition, {}))).toBeTypeOf("string");
    }
  }
});
