import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../kube-object.ts";
import { schemaOf } from "../schemas/definitions.ts";
import type { Schema } from "../schemas/schema.ts";
import { strategicMergePatch } from "./strategic-merge.ts";
import { strategicDiff } from "./strategic-diff.ts";

function schema(group: string, kind: string): Schema {
  const found = schemaOf({ group, version: "v1", kind });
  if (found === undefined) throw new Error(`no schema of ${kind}`);
  return found;
}

const daemonSetSchema = schema("apps", "DaemonSet");
const podSchema = schema("", "Pod");

function daemonSet(containers: readonly object[]): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name: "aws-node" },
    spec: { template: { spec: { containers } } },
  };
}

function patched(of: Schema, original: KubeObject, patch: unknown): KubeObject {
  const copies = structuredClone([original, patch]);
  const result = strategicMergePatch(of, original, patch);
  expect([original, patch]).toEqual(copies);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

describe("set env", () => {
  const before = daemonSet([
    { name: "aws-node", env: [{ name: "WARM_ENI_TARGET", value: "1" }] },
    { name: "aws-eks-nodeagent" },
  ]);

  test("adds a variable to a container that has some and to one that has none", () => {
    const patch: unknown = JSON.parse(`{"spec":{"template":{"spec":{
      "$setElementOrder/containers":[{"name":"aws-node"},{"name":"aws-eks-nodeagent"}],
      "containers":[
        {"$setElementOrder/env":[{"name":"WARM_ENI_TARGET"},{"name":"A"}],"env":[{"name":"A","value":"1"}],"name":"aws-node"},
        {"env":[{"name":"A","value":"1"}],"name":"aws-eks-nodeagent"}]}}}}`);
    expect(patched(daemonSetSchema, before, patch)).toEqual(
      daemonSet([
        {
          name: "aws-node",
          env: [
            { name: "WARM_ENI_TARGET", value: "1" },
            { name: "A", value: "1" },
          ],
        },
        { name: "aws-eks-nodeagent", env: [{ name: "A", value: "1" }] },
      ]),
    );
  });

  test("removes one", () => {
    const patch = {
      spec: {
        template: {
          spec: {
            containers: [
              { name: "aws-node", env: [{ $patch: "delete", name: "WARM_ENI_TARGET" }] },
              { name: "aws-eks-nodeagent", env: [{ $patch: "delete", name: "WARM_ENI_TARGET" }] },
            ],
          },
        },
      },
    };
    expect(patched(daemonSetSchema, before, patch)).toEqual(
      daemonSet([
        { name: "aws-node", env: [] },
        { name: "aws-eks-nodeagent", env: [] },
      ]),
    );
  });
});

const pod: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: {
    name: "web",
    labels: { app: "web", tier: "front" },
    finalizers: ["a.example/one", "a.example/two"],
  },
  spec: {
    containers: [{ name: "a", image: "one" }, { name: "b" }, { name: "c" }],
    tolerations: [{ key: "x", operator: "Exists" }],
    volumes: [{ name: "data", emptyDir: {} }],
    nodeSelector: { zone: "a" },
  },
};
const spec = pod["spec"] as Record<string, unknown>;

describe("directives", () => {
  test.each([
    {
      name: "null removes a key",
      patch: { metadata: { labels: { tier: null } }, spec: { nodeSelector: null } },
      want: { metadata: { labels: { app: "web" } }, spec: { nodeSelector: undefined } },
    },
    {
      name: "an item with the same key merges, a new one comes before what stood behind that",
      patch: {
        spec: {
          containers: [
            { name: "b", image: "two" },
            { name: "d", image: "new" },
          ],
        },
      },
      want: {
        spec: {
          containers: [
            { name: "a", image: "one" },
            { name: "b", image: "two" },
            { name: "d", image: "new" },
            { name: "c" },
          ],
        },
      },
    },
    {
      name: "$patch: delete in an item",
      patch: { spec: { containers: [{ $patch: "delete", name: "b" }] } },
      want: { spec: { containers: [{ name: "a", image: "one" }, { name: "c" }] } },
    },
    {
      name: "$patch: replace in a list",
      patch: { spec: { containers: [{ $patch: "replace" }, { name: "z" }] } },
      want: { spec: { containers: [{ name: "z" }] } },
    },
    {
      name: "$patch: replace in a map",
      patch: { metadata: { labels: { $patch: "replace", only: "x" } } },
      want: { metadata: { labels: { only: "x" } } },
    },
    {
      name: "$patch: delete in a map",
      patch: { spec: { nodeSelector: { $patch: "delete" } } },
      want: { spec: { nodeSelector: {} } },
    },
    {
      name: "$patch: merge is what happens anyway",
      patch: { spec: { $patch: "merge", nodeSelector: { os: "linux" } } },
      want: { spec: { nodeSelector: { zone: "a", os: "linux" } } },
    },
    {
      name: "$setElementOrder alone reorders",
      patch: {
        spec: { "$setElementOrder/containers": [{ name: "c" }, { name: "b" }, { name: "a" }] },
      },
      want: { spec: { containers: [{ name: "c" }, { name: "b" }, { name: "a", image: "one" }] } },
    },
    {
      name: "$setElementOrder: what it does not name keeps its place among the others",
      patch: { spec: { "$setElementOrder/containers": [{ name: "c" }, { name: "a" }] } },
      want: { spec: { containers: [{ name: "b" }, { name: "c" }, { name: "a", image: "one" }] } },
    },
    {
      name: "$setElementOrder puts a new item where it belongs",
      patch: {
        spec: {
          "$setElementOrder/containers": [
            { name: "new" },
            { name: "a" },
            { name: "b" },
            { name: "c" },
          ],
          containers: [{ name: "new" }],
        },
      },
      want: {
        spec: {
          containers: [{ name: "new" }, { name: "a", image: "one" }, { name: "b" }, { name: "c" }],
        },
      },
    },
    {
      name: "$setElementOrder of a list that is not there leaves it absent",
      patch: { spec: { "$setElementOrder/initContainers": [{ name: "x" }] } },
      want: { spec: {} },
    },
    {
      name: "a set takes what is new",
      patch: { metadata: { finalizers: ["a.example/two", "a.example/three"] } },
      want: {
        metadata: { finalizers: ["a.example/one", "a.example/two", "a.example/three"] },
      },
    },
    {
      name: "$deleteFromPrimitiveList",
      patch: { metadata: { "$deleteFromPrimitiveList/finalizers": ["a.example/one"] } },
      want: { metadata: { finalizers: ["a.example/two"] } },
    },
    {
      name: "$deleteFromPrimitiveList with $setElementOrder",
      patch: {
        metadata: {
          "$deleteFromPrimitiveList/finalizers": ["a.example/one"],
          "$setElementOrder/finalizers": ["a.example/new", "a.example/two"],
          finalizers: ["a.example/new"],
        },
      },
      want: { metadata: { finalizers: ["a.example/new", "a.example/two"] } },
    },
    {
      name: "$retainKeys drops the other alternatives",
      patch: {
        spec: {
          volumes: [{ name: "data", $retainKeys: ["name", "hostPath"], hostPath: { path: "/x" } }],
        },
      },
      want: { spec: { volumes: [{ name: "data", hostPath: { path: "/x" } }] } },
    },
    {
      name: "a list without a merge key is replaced",
      patch: { spec: { tolerations: [{ key: "y" }] } },
      want: { spec: { tolerations: [{ key: "y" }] } },
    },
    {
      name: "a new list is stored without its directives",
      patch: {
        spec: {
          "$setElementOrder/imagePullSecrets": [{ name: "two" }, { name: "one" }],
          imagePullSecrets: [{ name: "two" }, { name: "one" }, { $patch: "delete", name: "three" }],
        },
      },
      want: { spec: { imagePullSecrets: [{ name: "two" }, { name: "one" }] } },
    },
    {
      name: "a new map is stored without its nulls and directives",
      patch: {
        metadata: { annotations: { a: "1", b: null } },
        spec: { securityContext: { $retainKeys: ["runAsUser"], runAsUser: 1 } },
      },
      want: { metadata: { annotations: { a: "1" } }, spec: { securityContext: { runAsUser: 1 } } },
    },
  ])("$name", ({ patch, want }) => {
    const wanted = {
      ...pod,
      metadata: { ...pod.metadata, ...(want as { metadata?: object }).metadata },
      spec: { ...spec, ...(want as { spec?: object }).spec },
    };
    expect(JSON.parse(JSON.stringify(patched(podSchema, pod, patch)))).toEqual(
      JSON.parse(JSON.stringify(wanted)),
    );
  });

  test("$retainKeys of a deployment's strategy", () => {
    const deployment: KubeObject = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1 } } },
    };
    const patch = { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } };
    expect(patched(schema("apps", "Deployment"), deployment, patch)["spec"]).toEqual({
      strategy: { type: "Recreate" },
    });
  });
});

describe("refused", () => {
  test.each([
    { name: "no object", patch: [], want: { kind: "badRequest" } },
    {
      name: "an item without its merge key",
      patch: { spec: { containers: [{ image: "x" }] } },
      want: {
        kind: "internal",
        message: "map: map[image:x] does not contain declared merge key: name",
      },
    },
    {
      name: "a directive that does not exist",
      patch: { spec: { $patch: "swap" } },
      want: { kind: "internal", message: "unknown patch type: swap in map: map[$patch:swap]" },
    },
    {
      name: "a directive of an item that does not exist",
      patch: { spec: { containers: [{ $patch: "swap", name: "a" }] } },
      want: { kind: "internal" },
    },
    {
      name: "an order that is no list",
      patch: { spec: { "$setElementOrder/containers": "a" } },
      want: { kind: "badRequest", message: "invalid patch format of setElementOrder list" },
    },
    {
      name: "an order that contradicts the items",
      patch: {
        spec: {
          "$setElementOrder/containers": [{ name: "b" }, { name: "a" }],
          containers: [{ name: "a" }, { name: "b" }],
        },
      },
      want: { kind: "internal" },
    },
    {
      name: "a deletion that is no list",
      patch: { metadata: { "$deleteFromPrimitiveList/finalizers": "a" } },
      want: { kind: "badRequest", message: "invalid patch format of primitive list" },
    },
    {
      name: "retained keys that are no list",
      patch: { spec: { $retainKeys: "a" } },
      want: { kind: "badRequest", message: "invalid patch format of retainKeys" },
    },
    {
      name: "a field that is not retained",
      patch: { spec: { $retainKeys: ["a"], hostNetwork: true } },
      want: { kind: "unprocessable", detail: "patch content doesn't match retainKeys list" },
    },
    {
      name: "a list of lists",
      patch: { spec: { containers: [[]] } },
      want: { kind: "unprocessable", detail: "lists of lists are not supported" },
    },
    {
      name: "a plain value among keyed items",
      patch: { spec: { containers: ["a"] } },
      want: { kind: "badRequest", message: "invalid JSON document" },
    },
  ])("$name", ({ patch, want }) => {
    expect(strategicMergePatch(podSchema, pod, patch)).toMatchObject({ ok: false, error: want });
  });
});

describe("property", () => {
  const name = fc.constantFrom("a", "b", "c", "d", "e");
  const env = fc.uniqueArray(fc.record({ name, value: fc.constantFrom("1", "2") }), {
    selector: (item) => item.name,
  });
  const container = fc.record(
    {
      name,
      image: fc.constantFrom("one", "two"),
      args: fc.array(name),
      env,
    },
    { requiredKeys: ["name"] },
  );
  const labels = fc.dictionary(name, fc.constantFrom("x", "y"));
  const object = fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constant("Pod"),
    metadata: fc.record(
      { name: fc.constant("web"), labels, finalizers: fc.uniqueArray(name) },
      { requiredKeys: ["name"] },
    ),
    spec: fc.record(
      {
        containers: fc.uniqueArray(container, { selector: (item) => item.name }),
        nodeSelector: labels,
        tolerations: fc.array(fc.record({ key: name })),
      },
      { requiredKeys: ["containers"] },
    ),
  });

  test("the patch made from two objects turns the first into the second", () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const patch = strategicDiff(podSchema, before, after);
        expect(patched(podSchema, before, patch)).toEqual(after);
      }),
      { numRuns: 500 },
    );
  });
});
