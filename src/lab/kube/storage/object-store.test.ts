import { describe, expect, test } from "vitest";
import type { KubeObject } from "../kube-object.ts";
import { History } from "./history.ts";
import { itemText, jsonText } from "./json-text.ts";
import { ObjectStore } from "./object-store.ts";

function thing(name: string, namespace?: string): KubeObject {
  const metadata = namespace === undefined ? { name } : { name, namespace };
  return { metadata, apiVersion: "v1", kind: "Thing" };
}

describe("ObjectStore", () => {
  test("gives every write of any resource the next version", () => {
    const store = new ObjectStore(10);
    const [things, others] = [store.tableNamed("things"), store.tableNamed("others")];
    expect(store.create(things, thing("a")).metadata.resourceVersion).toBe("11");
    expect(store.create(others, thing("a")).metadata.resourceVersion).toBe("12");
    expect(store.replace(things, thing("a")).metadata.resourceVersion).toBe("13");
    expect(store.remove(others, { name: "a" }).metadata.resourceVersion).toBe("14");
    expect(store.version).toBe(14);
  });

  test("lists by namespace, then name", () => {
    const store = new ObjectStore();
    const table = store.tableNamed("things");
    for (const [name, namespace] of [
      ["b", "z"],
      ["a", "z"],
      ["c", "a"],
      ["d", "a-b"],
    ] as const) {
      store.create(table, thing(name, namespace));
    }
    const names = (namespace?: string): string[] =>
      table.list(namespace).map(({ metadata }) => metadata.name);
    expect(names()).toEqual(["d", "c", "a", "b"]);
    expect(names("a")).toEqual(["c"]);
    expect(names("z")).toEqual(["a", "b"]);
    expect(names("nowhere")).toEqual([]);
  });

  test("a list that was read stays as it was", () => {
    const store = new ObjectStore();
    const table = store.tableNamed("things");
    store.create(table, thing("a"));
    const before = table.list();
    store.create(table, thing("b"));
    expect(before).toHaveLength(1);
    expect(table.list()).toHaveLength(2);
  });

  test("finds tables by group and plural", () => {
    const store = new ObjectStore();
    expect(store.table({ group: "apps", plural: "deployments" }).resource).toBe("apps/deployments");
    expect(store.table({ group: "", plural: "pods" }).resource).toBe("pods");
  });

  test("refuses what only a bug can ask for", () => {
    const store = new ObjectStore();
    const table = store.tableNamed("things");
    expect(() => store.replace(table, thing("a"))).toThrow(/no such object/);
    expect(() => store.remove(table, { name: "a" })).toThrow(/no such object/);
    store.create(table, thing("a"));
    expect(() => store.create(table, thing("a"))).toThrow(/already/);
  });
});

describe("History", () => {
  const change = (version: number) => ({ type: "added", object: thing("a"), version }) as const;

  test("tells the changes after a version, and says when some are forgotten", () => {
    const history = new History(3, 100);
    for (let version = 101; version <= 106; version++) history.add(change(version));
    expect(history.forgottenVersion).toBe(103);
    expect(history.after(102)).toBeUndefined();
    expect(history.after(103)?.map(({ version }) => version)).toEqual([104, 105, 106]);
    expect(history.after(106)).toEqual([]);
  });

  test("knows nothing from before its beginning", () => {
    expect(new History(3, 100).after(99)).toBeUndefined();
    expect(new History(3, 100).after(100)).toEqual([]);
  });
});

test("JSON begins with kind and apiVersion, and items of lists have neither", () => {
  expect(jsonText(thing("a"))).toBe('{"kind":"Thing","apiVersion":"v1","metadata":{"name":"a"}}');
  expect(itemText(thing("a"))).toBe('{"metadata":{"name":"a"}}');
});
