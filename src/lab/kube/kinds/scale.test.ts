import { expect, test } from "vitest";
import { replicasScale } from "./define-kind.ts";
import { scaleOf, withScale } from "./scale.ts";
import { kindNamed, objectOf } from "./testing.ts";

const kind = kindNamed("Deployment");
const deployment = objectOf(kind, {
  metadata: { resourceVersion: "7" },
  spec: { replicas: 3, selector: { matchLabels: { b: "2", a: "1" } } },
  status: { replicas: 2 },
});

test("a Scale shows replicas and the selector as a text", () => {
  expect(scaleOf(deployment, replicasScale)).toEqual({
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: {
      name: "x",
      namespace: "default",
      uid: "u-1",
      resourceVersion: "7",
      creationTimestamp: "2026-01-01T23:55:00Z",
    },
    spec: { replicas: 3 },
    status: { replicas: 2, selector: "a=1,b=2" },
  });
});

test.each([
  { name: "a plain map", selector: { a: "1" }, want: "a=1" },
  { name: "a text", selector: "a=1", want: "a=1" },
  { name: "none", selector: undefined, want: "" },
  { name: "an empty one", selector: {}, want: "" },
])("the selector may be $name", ({ selector, want }) => {
  const scale = scaleOf(objectOf(kind, { spec: { selector } }), replicasScale);
  expect(scale["status"]).toMatchObject({ selector: want });
  expect(scale["spec"]).toEqual({ replicas: 0 });
});

test("a mapping without a selector gives none", () => {
  const { specReplicas, statusReplicas } = replicasScale;
  const scale = scaleOf(deployment, { specReplicas, statusReplicas });
  expect(scale["status"]).toEqual({ replicas: 2 });
});

test("a Scale that is written sets the replicas and nothing else", () => {
  const wanted = { ...scaleOf(deployment, replicasScale), spec: { replicas: 9 } };
  const { object, causes } = withScale(deployment, replicasScale, wanted);
  expect(causes).toEqual([]);
  expect(object).toEqual({
    ...deployment,
    spec: { ...(deployment["spec"] as object), replicas: 9 },
  });
  const bare = withScale(objectOf(kind, {}), replicasScale, wanted).object;
  expect(bare["spec"]).toEqual({ replicas: 9 });
});

test("a negative count is refused", () => {
  const wanted = { ...deployment, spec: { replicas: -1 } };
  expect(withScale(deployment, replicasScale, wanted).causes).toEqual([
    {
      reason: "FieldValueInvalid",
      field: "spec.replicas",
      message: "Invalid value: -1: must be greater than or equal to 0",
    },
  ]);
});
