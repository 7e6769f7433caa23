import { expect, test } from "vitest";
import { readTarget } from "./request-target.ts";

const POD = { kind: "objects", group: "", version: "v1", plural: "pods" };

test.each([
  { path: "/api", want: { kind: "groups", legacy: true } },
  { path: "/apis/", want: { kind: "groups", legacy: false } },
  { path: "/apis/apps", want: { kind: "group", group: "apps" } },
  { path: "/api/v1", want: { kind: "groupVersion", group: "", version: "v1" } },
  { path: "/apis/apps/v1", want: { kind: "groupVersion", group: "apps", version: "v1" } },
  { path: "/api/v1/pods", want: POD },
  { path: "/api/v1/namespaces/a/pods", want: { ...POD, namespace: "a" } },
  { path: "/api/v1/namespaces/a/pods/web", want: { ...POD, namespace: "a", name: "web" } },
  {
    path: "/api/v1/namespaces/a/pods/web/log",
    want: { ...POD, namespace: "a", name: "web", subresource: "log" },
  },
  { path: "/api/v1/namespaces/a/pods/a%3Ab", want: { ...POD, namespace: "a", name: "a:b" } },
  { path: "/api/v1/namespaces/a/pods/a%zz", want: { ...POD, namespace: "a", name: "a%zz" } },
  { path: "/api/v1/namespaces", want: { ...POD, plural: "namespaces" } },
  { path: "/api/v1/namespaces/a", want: { ...POD, plural: "namespaces", name: "a" } },
  {
    path: "/api/v1/namespaces/a/finalize",
    want: { ...POD, plural: "namespaces", name: "a", subresource: "finalize" },
  },
  {
    path: "/api/v1/namespaces/a/status",
    want: { ...POD, plural: "namespaces", name: "a", subresource: "status" },
  },
  {
    path: "/api/v1/nodes/n/status",
    want: { ...POD, plural: "nodes", name: "n", subresource: "status" },
  },
  { path: "/version", want: { kind: "other", path: "/version" } },
  { path: "/", want: { kind: "other", path: "/" } },
])("$path", ({ path, want }) => {
  expect(readTarget(path)).toEqual(
    want.kind === "objects"
      ? { namespace: undefined, name: undefined, subresource: undefined, ...want }
      : want,
  );
});
