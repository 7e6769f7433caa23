import { describe, expect, test } from "vitest";
import type { KubeObject } from "../kube-object.ts";
import { unknownFields } from "../schemas/unknown-fields.ts";
import type { CrdSchema, CrdVersion } from "./crd-spec.ts";
import { berthCrds } from "./berth-crds.ts";
import { type CustomKind, customKinds } from "./custom-kind.ts";
import { CONTEXT, crd, only, ship } from "./testing.ts";

describe("defaults and pruning", () => {
  const { definition, schema } = only(
    crd({
      type: "object",
      default: {},
      properties: {
        size: { type: "integer", default: 3 },
        note: { type: "string", nullable: true, default: "none" },
        sails: {
          type: "array",
          items: { type: "object", properties: { area: { type: "integer", default: 10 } } },
        },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        inner: {
          "x-kubernetes-embedded-resource": true,
          type: "object",
          properties: { spec: { type: "object" } },
        },
      },
    }),
  );

  test.each([
    {
      name: "from nothing, down into what a default brings",
      spec: undefined,
      want: { size: 3, note: "none" },
    },
    {
      name: "what is given stays",
      spec: { size: 1, note: "x" },
      want: { size: 1, note: "x" },
    },
    { name: "null is nothing", spec: { size: null, note: "x" }, want: { size: 3, note: "x" } },
    { name: "unless it is allowed", spec: { size: 1, note: null }, want: { size: 1, note: null } },
    {
      name: "in items",
      spec: { size: 1, note: "", sails: [{}, { area: 2 }] },
      want: { size: 1, note: "", sails: [{ area: 10 }, { area: 2 }] },
    },
    {
      name: "unknown fields go, except where they are preserved",
      spec: {
        size: 1,
        note: "",
        gone: 1,
        free: { kept: { a: 1 } },
        inner: { apiVersion: "v1", kind: "Pod", metadata: { name: "x", gone: 1 }, gone: 1 },
      },
      want: {
        size: 1,
        note: "",
        free: { kept: { a: 1 } },
        inner: { apiVersion: "v1", kind: "Pod", metadata: { name: "x" } },
      },
    },
  ])("$name", ({ spec, want }) => {
    const given = JSON.parse(JSON.stringify(ship(spec))) as KubeObject;
    const before = structuredClone(given);
    expect(definition.defaults(given)["spec"]).toEqual(want);
    expect(given).toEqual(before);
  });

  test("an object that has all stays the same object", () => {
    const complete = ship({ size: 1, note: "x" });
    expect(definition.defaults(complete)).toBe(complete);
  });

  test("unknown fields are named", () => {
    expect(unknownFields(schema, ship({ gone: 1 }))).toEqual(["spec.gone"]);
  });
});

describe("definitions", () => {
  test("names, subresources, columns", () => {
    const { definition } = only(
      crd(
        { type: "object", properties: { size: { type: "integer" } } },
        {
          additionalPrinterColumns: [
            { name: "Size", type: "integer", jsonPath: ".spec.size", priority: 1 },
          ],
          selectableFields: [{ jsonPath: ".spec.size" }],
          subresources: {
            status: {},
            scale: {
              specReplicasPath: ".spec.size",
              statusReplicasPath: ".status.size",
              labelSelectorPath: ".status.selector",
            },
          },
        },
      ),
    );
    expect(definition).toMatchObject({
      group: "example.com",
      version: "v1",
      kind: "Ship",
      listKind: "ShipList",
      plural: "ships",
      singular: "ship",
      shortNames: ["sh"],
      categories: ["all"],
      namespaced: true,
      hasStatus: true,
      scale: {
        specReplicas: ["spec", "size"],
        statusReplicas: ["status", "size"],
        selector: ["status", "selector"],
      },
      generation: "content",
    });
    expect(definition.subresources.map(({ name }) => name)).toEqual(["scale", "status"]);
    expect(definition.columns.map(({ name }) => name)).toEqual(["Name", "Size"]);
    expect(definition.row(ship({ size: 3 }), { nowMs: 0 }).cells).toEqual(["beagle", 3]);
    expect(definition.fieldSelectors["spec.size"]?.(ship({ size: 3 }))).toBe("3");
    expect(definition.fieldSelectors["spec.size"]?.(ship({}))).toBe("");
  });

  test("a version that is not stored is a view of the one that is", () => {
    const one = crd({ type: "object" });
    const spec = one["spec"] as { versions: readonly CrdVersion[] };
    const [v1] = spec.versions;
    if (v1 === undefined) throw new Error("no version");
    const made = customKinds({
      ...one,
      spec: {
        ...spec,
        versions: [
          { ...v1, name: "v1beta1", storage: false },
          v1,
          { ...v1, name: "v0", served: false, storage: false },
        ],
      },
    });
    if (!made.ok) throw new Error("refused");
    const [beta, stored] = made.value;
    expect(made.value.map(({ definition }) => definition.version)).toEqual(["v1beta1", "v1"]);
    expect([beta?.storage, stored?.storage]).toEqual([false, true]);
    const view = beta?.definition.viewOf;
    expect(view).toMatchObject({ group: "example.com", version: "v1", plural: "ships" });
    expect(view?.toStored(ship({})).apiVersion).toBe("example.com/v1");
    expect(view?.fromStored(ship({})).apiVersion).toBe("example.com/v1beta1");
    expect(stored?.definition.viewOf).toBeUndefined();
  });

  test.each<{ name: string; schema: CrdSchema; want: string }>([
    {
      name: "no type",
      schema: {},
      want: ".properties[spec].type: Required value: must not be empty for specified object fields",
    },
    {
      name: "no type of items",
      schema: { type: "array", items: {} },
      want: ".properties[spec].items.type: Required value: must not be empty for specified array items",
    },
    {
      name: "no items",
      schema: { type: "array" },
      want: ".properties[spec].items: Required value: must be specified",
    },
    {
      name: "a type that does not exist",
      schema: { type: "boat" },
      want: '.properties[spec].type: Invalid value: "boat": must be one of array, boolean, integer, number, object, string',
    },
    {
      name: "a reference",
      schema: { type: "object", $ref: "#/x" },
      want: ".properties[spec].$ref: Forbidden: $ref is not supported",
    },
    {
      name: "fields and values",
      schema: { type: "object", properties: {}, additionalProperties: { type: "string" } },
      want: ".properties[spec].additionalProperties: Forbidden: additionalProperties and properties are mutual exclusive",
    },
    {
      name: "no more fields",
      schema: { type: "object", additionalProperties: false },
      want: ".properties[spec].additionalProperties: Forbidden: additionalProperties cannot be set to false",
    },
    {
      name: "unique items",
      schema: { type: "array", items: { type: "string" }, uniqueItems: true },
      want: ".properties[spec].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic",
    },
    {
      name: "a pattern that is none",
      schema: { type: "string", pattern: "(" },
      want: '.properties[spec].pattern: Invalid value: "(": must be a valid regular expression',
    },
    {
      name: "a map of items without keys",
      schema: { type: "array", items: { type: "object" }, "x-kubernetes-list-type": "map" },
      want: ".properties[spec].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map",
    },
  ])("a schema is refused: $name", ({ schema, want }) => {
    const made = customKinds(crd(schema));
    const causes = made.ok ? [] : made.error;
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual([
      `spec.versions[0].schema.openAPIV3Schema${want}`,
    ]);
  });

  test.each<{ schema: CrdSchema; want: string }>([
    { schema: {}, want: "Required value: must not be empty at the root" },
    { schema: { type: "string" }, want: 'Invalid value: "string": must be object at the root' },
  ])("the root is an object", ({ schema, want }) => {
    const made = customKinds(crd({}, { schema: { openAPIV3Schema: schema } }));
    expect(made).toMatchObject({ ok: false, error: [{ message: want }] });
  });
});

describe("the kinds that Berth's users have", () => {
  const kinds = new Map(
    berthCrds().map((definition) => {
      const kind = only(definition);
      return [kind.definition.kind, kind] as const;
    }),
  );
  function kindOf(name: string): CustomKind {
    const kind = kinds.get(name);
    if (kind === undefined) throw new Error(`no ${name}`);
    return kind;
  }

  test("R-DIAG-1: their names, scopes and columns", () => {
    const facts = [...kinds.values()].map(({ definition: it }) => [
      `${it.group}/${it.version} ${it.plural}`,
      it.shortNames.join(","),
      it.namespaced,
      it.hasStatus,
      it.columns.map(({ name }) => name).join(" "),
    ]);
    expect(facts).toEqual([
      ["vpcresources.k8s.aws/v1alpha1 cninodes", "cnd", false, false, "Name Features"],
      [
        "crd.k8s.amazonaws.com/v1alpha1 eniconfigs",
        "",
        false,
        true,
        "Name Subnet Zone Free Nodes Ready Reason Age",
      ],
      [
        "vpcresources.k8s.aws/v1beta1 securitygrouppolicies",
        "sgp",
        true,
        false,
        "Name Security-Group-Ids",
      ],
    ]);
  });

  test.each([
    { kind: "ENIConfig", spec: { subnet: "subnet-1", securityGroups: ["sg-1"] }, want: [] },
    { kind: "ENIConfig", spec: {}, want: ["spec.subnet: Required value"] },
    { kind: "CNINode", spec: { features: [{ name: "CustomNetworking", value: "a" }] }, want: [] },
    {
      kind: "SecurityGroupPolicy",
      spec: { securityGroups: { groupIds: [] } },
      want: [
        "spec.securityGroups.groupIds: Invalid value: []: spec.securityGroups.groupIds in body should have at least 1 items",
      ],
    },
  ])("$kind $spec", ({ kind, spec, want }) => {
    const causes = kindOf(kind).definition.validate(ship(spec), undefined, CONTEXT);
    expect(causes.map(({ field, message }) => `${field}: ${message}`)).toEqual(want);
  });

  test("an ENIConfig keeps unknown fields at its root and nowhere else", () => {
    const object = { ...ship({ subnet: "subnet-1", gone: 1 }), kept: { a: 1 } };
    expect(kindOf("ENIConfig").definition.defaults(object)).toEqual({
      ...ship({ subnet: "subnet-1" }),
      kept: { a: 1 },
    });
  });

  test("a CNINode's features are printed as JSON", () => {
    const node = ship({ features: [{ name: "SecurityGroupsForPods" }] });
    expect(kindOf("CNINode").definition.row(node, { nowMs: 0 }).cells).toEqual([
      "beagle",
      '[{"name":"SecurityGroupsForPods"}]',
    ]);
  });
});
