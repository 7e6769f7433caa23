import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "../kube-object.ts";
import { schemaOf } from "../schemas/definitions.ts";
import type { Schema } from "../schemas/schema.ts";
import { applyPatch } from "./apply.ts";
import { recordUpdate } from "./managed-fields.ts";

const found = schemaOf({ group: "apps", version: "v1", kind: "Deployment" });
if (found === undefined) throw new Error("no schema of Deployment");
const schema: Schema = found;

const AT_NOON = Date.UTC(2026, 0, 2, 12);
const LATER = AT_NOON + 60_000;

interface Container {
  readonly name?: string;
  readonly image?: string;
  readonly ports?: readonly object[];
  readonly env?: readonly object[];
}

function deployment(
  spec: object,
  containers: readonly Container[] = [],
  metadata: object = {},
): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", ...metadata },
    spec: { ...spec, template: { spec: { containers } } },
  };
}

function apply(
  original: KubeObject | undefined,
  applied: KubeObject,
  options: { manager?: string; force?: boolean; timeMs?: number } = {},
): KubeObject {
  const copies = structuredClone([original, applied]);
  const { manager = "one", force = false, timeMs = AT_NOON } = options;
  const result = applyPatch(schema, original, applied, { manager, force, timeMs });
  expect([original, applied]).toEqual(copies);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function containersOf(object: KubeObject): readonly Container[] {
  const spec = object["spec"] as { template: { spec: { containers: readonly Container[] } } };
  return spec.template.spec.containers;
}

describe("one manager", () => {
  test("creates, and is recorded with the fields that it set", () => {
    const created = apply(
      undefined,
      deployment({ replicas: 2 }, [{ name: "a", image: "one", ports: [{ containerPort: 80 }] }], {
        labels: { app: "web" },
        finalizers: ["x.example/y"],
      }),
    );
    expect(created.metadata.managedFields).toEqual([
      {
        manager: "one",
        operation: "Apply",
        apiVersion: "apps/v1",
        time: "2026-01-02T12:00:00Z",
        fieldsType: "FieldsV1",
        fieldsV1: {
          "f:metadata": {
            "f:finalizers": { 'v:"x.example/y"': {} },
            "f:labels": { "f:app": {} },
          },
          "f:spec": {
            "f:replicas": {},
            "f:template": {
              "f:spec": {
                "f:containers": {
                  'k:{"name":"a"}': {
                    ".": {},
                    "f:image": {},
                    "f:name": {},
                    "f:ports": {
                      'k:{"containerPort":80,"protocol":"TCP"}': {
                        ".": {},
                        "f:containerPort": {},
                      },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ]);
  });

  test("applying the same again changes nothing, not even the time", () => {
    const wanted = deployment({ replicas: 2 }, [{ name: "a" }]);
    const created = apply(undefined, wanted);
    expect(apply(created, wanted, { timeMs: LATER })).toBe(created);
  });

  test("what it no longer applies is removed, down to emptied maps and items of lists", () => {
    const before = apply(
      undefined,
      deployment(
        { replicas: 2, strategy: { type: "Recreate" } },
        [
          { name: "a", image: "one", env: [{ name: "A", value: "1" }] },
          { name: "b", image: "two" },
        ],
        { annotations: { note: "x" } },
      ),
    );
    const after = apply(before, deployment({}, [{ name: "a", image: "one" }]), {
      timeMs: LATER,
    });
    expect(after).toMatchObject(deployment({}, [{ name: "a", image: "one" }]));
    expect(after["spec"]).toEqual({
      template: { spec: { containers: [{ name: "a", image: "one" }] } },
    });
    expect(after.metadata.annotations).toBeUndefined();
    expect(after.metadata.managedFields?.[0]?.time).toBe("2026-01-02T12:01:00Z");
  });

  test("what others put there stays", () => {
    const created = apply(undefined, deployment({ replicas: 1 }, [{ name: "a", image: "one" }]));
    const live: KubeObject = {
      ...created,
      spec: {
        replicas: 1,
        paused: true,
        template: {
          spec: { containers: [{ name: "side" }, { name: "a", image: "one", tty: true }] },
        },
      },
    };
    const after = apply(live, deployment({ replicas: 3 }, [{ name: "a", image: "two" }]));
    expect(after["spec"]).toEqual({
      replicas: 3,
      paused: true,
      template: {
        spec: { containers: [{ name: "side" }, { name: "a", image: "two", tty: true }] },
      },
    });
  });

  test("ports of one number and two protocols are two items", () => {
    const ports = [
      { containerPort: 53, protocol: "TCP" },
      { containerPort: 53, protocol: "UDP" },
    ];
    const created = apply(undefined, deployment({}, [{ name: "a", ports }]));
    const after = apply(created, deployment({}, [{ name: "a", ports: ports.slice(1) }]));
    expect(containersOf(after)[0]?.ports).toEqual([{ containerPort: 53, protocol: "UDP" }]);
  });
});

describe("two managers", () => {
  const created = apply(undefined, deployment({ replicas: 2 }, [{ name: "a", image: "one" }]), {
    manager: "one",
  });

  test("own a value together when they agree; it goes when both have dropped it", () => {
    const shared = apply(created, deployment({ replicas: 2 }), { manager: "two" });
    const dropped = apply(shared, deployment({}, [{ name: "a", image: "one" }]), {
      manager: "one",
    });
    expect(dropped["spec"]).toMatchObject({ replicas: 2 });
    const gone = apply(dropped, deployment({}), { manager: "two" });
    expect(gone["spec"]).not.toHaveProperty("replicas");
  });

  test("who wants another value is told whose it is", () => {
    const result = applyPatch(schema, created, deployment({ replicas: 5 }), {
      manager: "two",
      force: false,
      timeMs: LATER,
    });
    expect(result).toEqual({
      ok: false,
      error: {
        kind: "conflict",
        message: 'Apply failed with 1 conflict: conflict with "one": .spec.replicas',
        conflicts: [{ message: 'conflict with "one"', field: ".spec.replicas" }],
      },
    });
  });

  test("several conflicts are listed by manager", () => {
    const result = applyPatch(
      schema,
      created,
      deployment({ replicas: 5 }, [{ name: "a", image: "two" }]),
      { manager: "two", force: false, timeMs: LATER },
    );
    expect(result).toMatchObject({
      error: {
        message:
          'Apply failed with 2 conflicts: conflicts with "one":\n- .spec.replicas\n- .spec.template.spec.containers[name="a"].image',
      },
    });
  });

  test("force takes the field over", () => {
    const taken = apply(created, deployment({ replicas: 5 }), { manager: "two", force: true });
    expect(taken["spec"]).toMatchObject({ replicas: 5 });
    const dropped = apply(taken, deployment({}, [{ name: "a", image: "one" }]), { manager: "one" });
    expect(dropped["spec"]).toMatchObject({ replicas: 5 });
  });

  test("an item of a list stays while the other owns a field in it", () => {
    const shared = apply(created, deployment({}, [{ name: "a", env: [{ name: "A" }] }]), {
      manager: "two",
    });
    const dropped = apply(shared, deployment({ replicas: 2 }), { manager: "one" });
    expect(containersOf(dropped)).toEqual([{ name: "a", env: [{ name: "A" }] }]);
  });
});

describe("updates", () => {
  const options = { manager: "kubectl-edit", timeMs: AT_NOON };

  test("are recorded with the fields they changed, and take them from an applier", () => {
    const created = apply(undefined, deployment({ replicas: 2, paused: true }));
    const edited = { ...created, spec: { ...(created["spec"] as object), replicas: 3 } };
    const recorded = recordUpdate(schema, created, edited, options);
    const [applier, editor] = recorded.metadata.managedFields ?? [];
    expect(applier?.fieldsV1["f:spec"]).not.toHaveProperty("f:replicas");
    expect(editor).toMatchObject({
      manager: "kubectl-edit",
      operation: "Update",
      fieldsV1: { "f:spec": { "f:replicas": {} } },
    });
    const result = applyPatch(schema, recorded, deployment({ replicas: 2 }), {
      manager: "one",
      force: false,
      timeMs: LATER,
    });
    expect(result).toMatchObject({
      error: {
        message:
          'Apply failed with 1 conflict: conflict with "kubectl-edit" using apps/v1 at 2026-01-02T12:00:00Z: .spec.replicas',
      },
    });
  });

  test("of a new object own all of it, and lose what is removed", () => {
    const created = recordUpdate(
      schema,
      undefined,
      deployment({ replicas: 1, paused: true }),
      options,
    );
    const unpaused = recordUpdate(schema, created, deployment({ replicas: 1 }), {
      ...options,
      manager: "other",
    });
    expect(unpaused.metadata.managedFields).toHaveLength(1);
    expect(unpaused.metadata.managedFields?.[0]?.fieldsV1["f:spec"]).not.toHaveProperty("f:paused");
  });
});

describe("refused, in the real server's words", () => {
  const named = "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): ";
  test.each([
    {
      name: "managed fields",
      applied: deployment({}, [], { managedFields: [] }),
      want: { kind: "badRequest", message: "metadata.managedFields must be nil" },
    },
    {
      name: "a field that is not in the schema",
      applied: deployment({ replica: 1 }),
      want: { kind: "internal", message: `${named}.spec.replica: field not declared in schema` },
    },
    {
      name: "a text for a number",
      applied: deployment({ replicas: "1" }),
      want: {
        kind: "internal",
        message: `${named}.spec.replicas: expected numeric (int or float), got string`,
      },
    },
    {
      name: "a number for a text, and a text for a boolean",
      applied: deployment({ paused: "yes", strategy: { type: 1 } }),
      want: {
        kind: "internal",
        message: `${named}errors:\n  .spec.paused: expected boolean, got yes\n  .spec.strategy.type: expected string, got &value.valueUnstructured{Value:1}`,
      },
    },
    {
      name: "an item without its key",
      applied: deployment({}, [{ image: "x" }]),
      want: {
        kind: "internal",
        message: `${named}.spec.template.spec.containers: element 0: associative list with keys has an element that omits key field "name" (and doesn't have default value)`,
      },
    },
    {
      name: "a key twice",
      applied: deployment({}, [{ name: "a", env: [{ name: "A" }, { name: "A" }] }]),
      want: {
        kind: "internal",
        message: `${named}.spec.template.spec.containers[name="a"].env: duplicate entries for key [name="A"]`,
      },
    },
    {
      name: "a map for a list, a list for a map",
      applied: deployment({ selector: [], strategy: { rollingUpdate: 1 } }, [
        { name: "a", ports: {} as never },
      ]),
      want: { kind: "internal" },
    },
  ])("$name", ({ applied, want }) => {
    const options = { manager: "one", force: false, timeMs: AT_NOON };
    expect(applyPatch(schema, undefined, applied, options)).toMatchObject({ error: want });
  });
});

describe("property", () => {
  const name = fc.constantFrom("a", "b", "c");
  const objects = fc
    .record(
      {
        replicas: fc.nat(3),
        paused: fc.boolean(),
        containers: fc.uniqueArray(fc.record({ name, image: name }, { requiredKeys: ["name"] }), {
          selector: (item) => item.name,
        }),
      },
      { requiredKeys: ["containers"] },
    )
    .map(({ containers, ...spec }) => deployment(spec, containers));

  test("a lone manager gets exactly what it last applied", () => {
    fc.assert(
      fc.property(objects, objects, (first, second) => {
        const after = apply(apply(undefined, first), second, { timeMs: LATER });
        const fresh = apply(undefined, second, { timeMs: LATER });
        const order = (object: KubeObject): unknown => containersOf(object).map((it) => it.name);
        expect(order(after)).toEqual(order(fresh));
        expect(after["spec"]).toEqual(fresh["spec"]);
      }),
      { numRuns: 300 },
    );
  });
});
