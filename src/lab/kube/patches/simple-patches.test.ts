import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../kube-object.ts";
import { jsonPatch } from "./json-patch.ts";
import { mergePatch } from "./merge-patch.ts";

const pod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", labels: { app: "web", tier: "front" } },
  spec: { containers: [{ name: "a", image: "one" }, { name: "b" }], priority: 3 },
};

function value(result: ReturnType<typeof jsonPatch>): KubeObject {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("JSON patch", () => {
  test.each([
    {
      name: "add to a map",
      patch: [{ op: "add", path: "/metadata/labels/new", value: "x" }],
      want: { metadata: { ...pod.metadata, labels: { app: "web", tier: "front", new: "x" } } },
    },
    {
      name: "a slash and a tilde in a name",
      patch: [{ op: "add", path: "/metadata/labels/example.com~1a~0b", value: "x" }],
      want: {
        metadata: {
          ...pod.metadata,
          labels: { app: "web", tier: "front", "example.com/a~b": "x" },
        },
      },
    },
    {
      name: "add to the end of a list",
      patch: [{ op: "add", path: "/spec/containers/-", value: { name: "c" } }],
      want: {
        spec: {
          priority: 3,
          containers: [{ name: "a", image: "one" }, { name: "b" }, { name: "c" }],
        },
      },
    },
    {
      name: "test, replace, remove",
      patch: [
        { op: "test", path: "/spec/priority", value: 3 },
        { op: "replace", path: "/spec/containers/0/image", value: "two" },
        { op: "remove", path: "/spec/containers/1" },
      ],
      want: { spec: { priority: 3, containers: [{ name: "a", image: "two" }] } },
    },
    {
      name: "move and copy",
      patch: [
        { op: "copy", from: "/metadata/labels/app", path: "/metadata/labels/copy" },
        { op: "move", from: "/metadata/labels/tier", path: "/metadata/labels/moved" },
      ],
      want: {
        metadata: { ...pod.metadata, labels: { app: "web", copy: "web", moved: "front" } },
      },
    },
  ])("$name", ({ patch, want }) => {
    const before = structuredClone(pod);
    expect(value(jsonPatch(pod, patch))).toEqual({ ...pod, ...want });
    expect(pod).toEqual(before);
  });

  test.each([
    {
      name: "no list",
      patch: { op: "add" },
      want: {
        kind: "badRequest",
        message: "json: cannot unmarshal object into Go value of type jsonpatch.Patch",
      },
    },
    {
      name: "an operation that is no object",
      patch: ["add"],
      want: {
        kind: "badRequest",
        message: "json: cannot unmarshal string into Go value of type jsonpatch.Operation",
      },
    },
    {
      name: "a test that fails",
      patch: [{ op: "test", path: "/spec/priority", value: 4 }],
      want: { kind: "unprocessable", detail: "testing value /spec/priority failed: test failed" },
    },
    {
      name: "a path that is not there",
      patch: [{ op: "remove", path: "/spec/nothing" }],
      want: {
        kind: "unprocessable",
        detail:
          'remove operation does not apply: doc is missing path: "/spec/nothing": missing value',
      },
    },
    {
      name: "a path into a text",
      patch: [{ op: "add", path: "/metadata/name/x", value: 1 }],
      want: { kind: "unprocessable" },
    },
    {
      name: "an index past the end",
      patch: [{ op: "add", path: "/spec/containers/9", value: {} }],
      want: { kind: "unprocessable" },
    },
    {
      name: "an operation that does not exist",
      patch: [{ op: "swap", path: "/spec" }],
      want: { kind: "unprocessable", detail: "Unexpected kind: swap" },
    },
    {
      name: "no path",
      patch: [{ op: "add", value: 1 }],
      want: { kind: "unprocessable" },
    },
    {
      name: "no source",
      patch: [{ op: "move", path: "/spec/x" }],
      want: { kind: "unprocessable" },
    },
  ])("refused: $name", ({ patch, want }) => {
    expect(jsonPatch(pod, patch)).toMatchObject({ ok: false, error: want });
  });

  test("of more than 10,000 operations is refused", () => {
    const patch = Array.from({ length: 10_001 }, () => ({ op: "test", path: "", value: 1 }));
    expect(jsonPatch(pod, patch)).toMatchObject({ ok: false, error: { kind: "badRequest" } });
  });
});

describe("merge patch", () => {
  test.each([
    {
      name: "maps merge, null removes, lists replace",
      patch: {
        metadata: { labels: { tier: null, new: "x" } },
        spec: { containers: [{ name: "z" }] },
      },
      want: {
        ...pod,
        metadata: { name: "web", labels: { app: "web", new: "x" } },
        spec: { containers: [{ name: "z" }], priority: 3 },
      },
    },
    { name: "nothing", patch: {}, want: pod },
    {
      name: "a map over a plain value, its nulls dropped",
      patch: { spec: { priority: { a: { b: null, c: 1 } } } },
      want: { ...pod, spec: { ...(pod["spec"] as object), priority: { a: { c: 1 } } } },
    },
    {
      name: "null for what is not there",
      patch: { metadata: { annotations: null } },
      want: pod,
    },
  ])("$name", ({ patch, want }) => {
    expect(value(mergePatch(pod, patch))).toEqual(want);
  });

  test("that is no object is refused", () => {
    expect(mergePatch(pod, [1])).toMatchObject({ ok: false, error: { kind: "badRequest" } });
  });

  test("a field named __proto__ is a field like others", () => {
    const patched = value(mergePatch(pod, JSON.parse('{"spec":{"__proto__":{"x":1}}}')));
    expect(Object.hasOwn(patched["spec"] as object, "__proto__")).toBe(true);
    expect((patched["spec"] as Record<string, unknown>)["x"]).toBeUndefined();
  });

  const json = fc.object({ maxDepth: 4, withNullPrototype: false });

  test("applying it twice is applying it once, and nothing given is changed", () => {
    fc.assert(
      fc.property(json, json, (extra, patch) => {
        const original = { ...pod, spec: extra };
        const copies = structuredClone([original, patch]);
        const once = value(mergePatch(original, { spec: patch }));
        expect(value(mergePatch(once, { spec: patch }))).toEqual(once);
        expect([original, patch]).toEqual(copies);
      }),
    );
  });
});
