import protobuf from "protobufjs";
import { describe, expect, test } from "vitest";
import { berthCrds } from "../crds/berth-crds.ts";
import { customKinds } from "../crds/custom-kind.ts";
import { describeApi } from "./describe-api.ts";
import type { DescribedKind } from "./described-kind.ts";

const BUILT_IN: readonly DescribedKind[] = [
  {
    group: "",
    version: "v1",
    kind: "Pod",
    plural: "pods",
    namespaced: true,
    subresources: ["status", "log"],
  },
  { group: "", version: "v1", kind: "Node", plural: "nodes", namespaced: false, subresources: [] },
  {
    group: "apps",
    version: "v1",
    kind: "Deployment",
    plural: "deployments",
    namespaced: true,
    subresources: ["status", "scale"],
  },
];

const CUSTOM: readonly DescribedKind[] = berthCrds().flatMap((crd) => {
  const made = customKinds(crd);
  if (!made.ok) throw new Error("refused");
  return made.value.map(({ definition, schema }) => ({
    ...definition,
    subresources: definition.subresources.map(({ name }) => name),
    schema,
  }));
});

const api = describeApi([...BUILT_IN, ...CUSTOM], "v1.35.2");

type Json = Readonly<Record<string, unknown>>;

/** The value at a path of a document. */
function at(document: unknown, ...path: readonly string[]): unknown {
  return path.reduce((value, key) => (value as Json | undefined)?.[key], document);
}

describe("version 3", () => {
  const core: unknown = JSON.parse(api.v3("api/v1") ?? "");

  test("the root names a document of each group version, with a hash", () => {
    const root = JSON.parse(api.v3Root()) as {
      paths: Record<string, { serverRelativeURL: string }>;
    };
    expect(Object.keys(root.paths).sort()).toEqual([
      "api/v1",
      "apis/apps/v1",
      "apis/crd.k8s.amazonaws.com/v1alpha1",
      "apis/vpcresources.k8s.aws/v1alpha1",
      "apis/vpcresources.k8s.aws/v1beta1",
    ]);
    expect(root.paths["api/v1"]?.serverRelativeURL).toMatch(
      /^\/openapi\/v3\/api\/v1\?hash=[0-9A-F]{64}$/,
    );
  });

  test("what is not served has none", () => {
    expect(api.v3("apis/batch/v1")).toBeUndefined();
  });

  test("a kind is found by its group, version and kind, in definitions and operations", () => {
    const kind = { group: "", kind: "Pod", version: "v1" };
    const pod = at(core, "components", "schemas", "io.k8s.api.core.v1.Pod");
    expect(at(pod, "x-kubernetes-group-version-kind")).toEqual([kind]);
    const path = "/api/v1/namespaces/{namespace}/pods";
    expect(at(core, "paths", path, "post", "x-kubernetes-group-version-kind")).toEqual(kind);
    expect(at(core, "paths", `${path}/{name}`, "patch", "operationId")).toBe(
      "patchCoreV1NamespacedPod",
    );
    expect(at(core, "paths", "/api/v1/nodes/{name}", "get", "operationId")).toBe("readCoreV1Node");
    expect(at(core, "paths", `${path}/{name}/status`, "put", "operationId")).toBe(
      "replaceCoreV1NamespacedPodStatus",
    );
  });

  test.each(["post", "patch", "put"])("%s takes fieldValidation and dryRun", (method) => {
    const path = `/api/v1/nodes${method === "post" ? "" : "/{name}"}`;
    const parameters = at(core, "paths", path, method, "parameters") as readonly { name: string }[];
    const names = parameters.map(({ name }) => name);
    expect(names).toEqual(["dryRun", "fieldManager", "fieldValidation"]);
  });

  test("fields: references with a description are wrapped, lists tell how they merge", () => {
    const spec = at(core, "components", "schemas", "io.k8s.api.core.v1.PodSpec", "properties");
    expect(at(spec, "affinity")).toMatchObject({
      allOf: [{ $ref: "#/components/schemas/io.k8s.api.core.v1.Affinity" }],
    });
    expect(at(spec, "containers")).toMatchObject({
      type: "array",
      items: { $ref: "#/components/schemas/io.k8s.api.core.v1.Container" },
      "x-kubernetes-patch-merge-key": "name",
      "x-kubernetes-patch-strategy": "merge",
    });
    expect(at(spec, "volumes", "x-kubernetes-patch-strategy")).toBe("merge,retainKeys");
    expect(at(spec, "nodeSelector", "x-kubernetes-map-type")).toBe("atomic");
  });

  test("values of two types", () => {
    const schemas = at(core, "components", "schemas");
    expect(at(schemas, "io.k8s.apimachinery.pkg.api.resource.Quantity")).toMatchObject({
      oneOf: [{ type: "string" }, { type: "number" }],
    });
    expect(at(schemas, "io.k8s.apimachinery.pkg.util.intstr.IntOrString")).toMatchObject({
      format: "int-or-string",
      oneOf: [{ type: "integer" }, { type: "string" }],
    });
  });

  test("every reference leads to a definition", () => {
    for (const text of ["api/v1", "apis/apps/v1", "apis/crd.k8s.amazonaws.com/v1alpha1"].map(
      (it) => api.v3(it) ?? "",
    )) {
      const names = Object.keys(at(JSON.parse(text), "components", "schemas") as Json);
      const refs = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
      expect(refs.filter((name) => !names.includes(name ?? ""))).toEqual([]);
    }
  });

  test("custom kinds, with the rules for their values", () => {
    const document: unknown = JSON.parse(api.v3("apis/vpcresources.k8s.aws/v1beta1") ?? "");
    const name = "aws.k8s.vpcresources.v1beta1.SecurityGroupPolicy";
    const spec = at(document, "components", "schemas", name, "properties", "spec", "properties");
    expect(at(spec, "securityGroups", "properties", "groupIds", "minItems")).toBe(1);
  });
});

describe("version 2", () => {
  const document: unknown = JSON.parse(api.v2Json());

  test("a definition that keeps unknown fields names none, for kubectl would refuse the others", () => {
    const name = "com.amazonaws.k8s.crd.v1alpha1.ENIConfig";
    expect(at(document, "definitions", name)).toEqual({
      description: "Subnet and security groups of the ENIs that a node's pods use.",
      type: "object",
      "x-kubernetes-preserve-unknown-fields": true,
      "x-kubernetes-group-version-kind": [
        { group: "crd.k8s.amazonaws.com", kind: "ENIConfig", version: "v1alpha1" },
      ],
    });
  });

  test("references stand beside their description", () => {
    const path = ["definitions", "io.k8s.api.apps.v1.DeploymentSpec", "properties", "strategy"];
    expect(at(document, ...path)).toMatchObject({
      $ref: "#/definitions/io.k8s.api.apps.v1.DeploymentStrategy",
      "x-kubernetes-patch-strategy": "retainKeys",
    });
  });

  test("as protobuf it says the same", () => {
    const decoded = protobuf
      .parse(GNOSTIC)
      .root.lookupType("Document")
      .decode(Buffer.from(api.v2()));
    const message = decoded.toJSON() as {
      swagger: string;
      paths: { path: { name: string; value: { patch?: Operation } }[] };
      definitions: { definitions: { name: string; value: SchemaMessage }[] };
    };
    expect(message.swagger).toBe("2.0");
    const names = Object.keys(at(document, "definitions") as Json);
    expect(message.definitions.definitions.map(({ name }) => name)).toEqual(names);
    const container = message.definitions.definitions.find(
      ({ name }) => name === "io.k8s.api.core.v1.Container",
    )?.value;
    expect(container?.required).toEqual(["name"]);
    const env = container?.properties?.items.find(({ name }) => name === "env")?.value;
    expect(env?.type?.value).toEqual(["array"]);
    expect(env?.items?.schema.Ref).toBe("#/definitions/io.k8s.api.core.v1.EnvVar");
    const patch = message.paths.path.find(
      ({ name }) => name === "/apis/apps/v1/namespaces/{namespace}/deployments/{name}",
    )?.value.patch;
    expect(patch?.parameters.map((it) => it.parameter.nonBody.query.name)).toEqual([
      "dryRun",
      "fieldManager",
      "fieldValidation",
    ]);
    expect(JSON.parse(patch?.extensions[0]?.value.yaml ?? "")).toEqual({
      group: "apps",
      kind: "Deployment",
      version: "v1",
    });
  });
});

interface Operation {
  readonly parameters: readonly { parameter: { nonBody: { query: { name: string } } } }[];
  readonly extensions: readonly { name: string; value: { yaml: string } }[];
}

interface SchemaMessage {
  readonly Ref?: string;
  readonly type?: { value: readonly string[] };
  readonly required?: readonly string[];
  readonly items?: { schema: SchemaMessage };
  readonly properties?: { items: readonly { name: string; value: SchemaMessage }[] };
}

/** The messages of OpenAPI 2.0 that the test reads, with the field numbers that kubectl knows. */
const GNOSTIC = `
  syntax = "proto3";
  message Document { string swagger = 1; Paths paths = 8; Definitions definitions = 9; }
  message Paths { repeated NamedPath path = 2; }
  message NamedPath { string name = 1; PathItem value = 2; }
  message PathItem { Operation patch = 8; }
  message Operation { repeated ParametersItem parameters = 8; repeated NamedAny extensions = 13; }
  message ParametersItem { Parameter parameter = 1; }
  message Parameter { NonBody nonBody = 2; }
  message NonBody { Query query = 3; }
  message Query { string name = 4; }
  message NamedAny { string name = 1; Any value = 2; }
  message Any { string yaml = 2; }
  message Definitions { repeated NamedSchema definitions = 1; }
  message NamedSchema { string name = 1; Schema value = 2; }
  message Schema {
    string Ref = 1; repeated string required = 19; Type type = 22; Items items = 23; Properties properties = 25;
  }
  message Type { repeated string value = 1; }
  message Items { Schema schema = 1; }
  message Properties { repeated NamedSchema items = 1; }
`;
