import { expect, test } from "vitest";
import { builtInKinds } from "./built-in.ts";
import { newKindRegistry } from "./registry.ts";

test("kinds are found by resource and by kind; the storing one whatever the version", () => {
  const registry = newKindRegistry(builtInKinds);
  expect(registry.byResource({ group: "", version: "v1", plural: "pods" })?.kind).toBe("Pod");
  expect(registry.byResource({ group: "", version: "v2", plural: "pods" })).toBeUndefined();
  expect(registry.byKind({ group: "apps", version: "v1", kind: "DaemonSet" })?.plural).toBe(
    "daemonsets",
  );
  expect(registry.storing({ group: "", plural: "events" })?.group).toBe("");
  expect(registry.storing({ group: "events.k8s.io", plural: "events" })).toBeUndefined();
});

test("kinds come and go, and listeners are told", () => {
  const registry = newKindRegistry([]);
  const counts: number[] = [];
  const stop = registry.onChange(() => counts.push(registry.all().length));
  registry.put(builtInKinds.slice(0, 2));
  registry.put(builtInKinds.slice(1, 3));
  registry.remove({ group: "", plural: builtInKinds[0]?.plural ?? "" });
  stop();
  registry.put(builtInKinds);
  expect(counts).toEqual([2, 3, 2]);
});

test("all kinds are sorted, and no two have the same path", () => {
  const paths = newKindRegistry(builtInKinds)
    .all()
    .map(({ group, version, plural }) => `${group}/${version}/${plural}`);
  expect(paths).toEqual([...new Set(paths)].sort());
});

test.each([
  {
    category: "all",
    want: [
      "cronjobs",
      "daemonsets",
      "deployments",
      "jobs",
      "pods",
      "replicasets",
      "replicationcontrollers",
      "services",
      "statefulsets",
    ],
  },
])("category $category", ({ category, want }) => {
  const plurals = builtInKinds
    .filter((kind) => kind.categories.includes(category))
    .map((kind) => kind.plural);
  expect(plurals.sort()).toEqual(want);
});

test("every kind names its columns once and begins its priorities at 0", () => {
  for (const kind of builtInKinds) {
    const names = kind.columns.map((column) => column.name);
    expect(new Set(names).size).toBe(names.length);
    expect(kind.columns.some((column) => column.format === "name")).toBe(true);
  }
});
