import type { OwnerReference } from "kubernetes-types/meta/v1";
import { describe, expect, it, test } from "vitest";
import { podNamed } from "../testing/objects-for-tests.ts";
import { OwnerGraph } from "./graph.ts";
import { blocks, type OwnerState, planGarbage } from "./plan.ts";

function owner(uid: string): OwnerReference {
  return { apiVersion: "v1", kind: "Pod", name: uid, uid, blockOwnerDeletion: uid === "waits" };
}

const STATES: Readonly<Record<string, OwnerState>> = {
  there: "exists",
  gone: "absent",
  waits: "awaitsDependents",
};

function object(owners: readonly string[], finalizers: string[] = [], isDeleting = false): object {
  const { metadata } = podNamed("p");
  return {
    metadata: {
      ...metadata,
      ownerReferences: owners.map(owner),
      finalizers,
      ...(isDeleting ? { deletionTimestamp: "2026-11-24T12:00:00Z" } : {}),
    },
  };
}

describe("planGarbage", () => {
  test.each([
    { name: "no owner", object: object([]), want: "keep" },
    { name: "an owner", object: object(["there"]), want: "keep" },
    { name: "its only owner is gone", object: object(["gone"]), want: "delete Background" },
    { name: "one of two is gone", object: object(["there", "gone"]), want: "unlink gone" },
    { name: "an owner waits for it", object: object(["waits"]), want: "delete Background" },
    {
      name: "an owner waits for it and it has dependents",
      object: object(["waits"]),
      hasDependents: true,
      want: "delete Foreground",
    },
    {
      name: "an owner waits for it but another does not",
      object: object(["waits", "there"]),
      want: "unlink waits",
    },
    {
      name: "its own finalizer says how",
      object: object(["gone"], ["orphan"]),
      want: "delete Orphan",
    },
    { name: "it is going already", object: object(["gone"], [], true), want: "keep" },
    {
      name: "it waits for its own dependents",
      object: object(["gone"], ["foregroundDeletion"], true),
      want: "keep",
    },
  ])("$name", ({ object: given, hasDependents = false, want }) => {
    const plan = planGarbage(given, {
      stateOf: ({ uid }) => STATES[uid] ?? "exists",
      hasDependents,
    });
    const detail =
      plan.kind === "delete"
        ? ` ${plan.policy}`
        : plan.kind === "unlink"
          ? ` ${plan.owners.map(({ uid }) => uid).join()}`
          : "";
    expect(plan.kind + detail).toBe(want);
  });

  it("waits only for dependents that block", () => {
    expect(blocks(object(["waits"]), "waits")).toBe(true);
    expect(blocks(object(["there"]), "there")).toBe(false);
  });
});

test("the graph follows owners as they come, change and go", () => {
  const graph = new OwnerGraph();
  const resource = { group: "", version: "v1", plural: "pods", kind: "Pod", namespaced: true };
  const named = (name: string, uid: string): ReturnType<typeof podNamed> =>
    podNamed(name, { owner: owner(uid) });
  const names = (uid: string): unknown[] =>
    graph.dependentsOf(uid).map(({ object: { metadata } }) => metadata?.name);
  graph.set({ resource, object: named("a", "x") });
  graph.set({ resource, object: named("b", "x") });
  expect(names("x")).toEqual(["a", "b"]);
  graph.set({ resource, object: named("a", "y") });
  expect([names("x"), names("y")]).toEqual([["b"], ["a"]]);
  graph.delete("b-uid");
  expect([names("x"), graph.get("b-uid")]).toEqual([[], undefined]);
});
