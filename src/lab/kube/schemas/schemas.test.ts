import { describe, expect, test } from "vitest";
import { decodeError } from "./decode-error.ts";
import { dropUnknown, unknownFields } from "./unknown-fields.ts";
import { listMergeAt } from "./list-merge.ts";
import { schemaOf } from "./definitions.ts";
import type { Schema } from "./schema.ts";

function schema(group: string, version: string, kind: string): Schema {
  const found = schemaOf({ group, version, kind });
  if (found === undefined) throw new Error(`no schema of ${kind}`);
  return found;
}

const deployment = schema("apps", "v1", "Deployment");
const pod = schema("", "v1", "Pod");

test("a kind that the server has not got has no schema", () => {
  expect(schemaOf({ group: "apps", version: "v2", kind: "Deployment" })).toBeUndefined();
});

describe("unknown fields", () => {
  test.each<{ name: string; object: unknown; want: string[] }>([
    { name: "none", object: { spec: { replicas: 1 } }, want: [] },
    { name: "at the root", object: { specs: {} }, want: ["specs"] },
    { name: "in a struct", object: { spec: { replica: 1 } }, want: ["spec.replica"] },
    {
      name: "in a list",
      object: { spec: { template: { spec: { containers: [{ name: "a" }, { imagee: "x" }] } } } },
      want: ["spec.template.spec.containers[1].imagee"],
    },
    { name: "a label is not a field", object: { metadata: { labels: { any: "x" } } }, want: [] },
    {
      name: "a field that objects of the language have",
      object: { spec: { constructor: 1 } },
      want: ["spec.constructor"],
    },
  ])("$name", ({ object, want }) => {
    expect(unknownFields(deployment, object)).toEqual(want);
  });

  test("are dropped, and the object stays itself when there are none", () => {
    const good = { spec: { replicas: 1 } };
    expect(dropUnknown(deployment, good)).toBe(good);
    expect(dropUnknown(deployment, { spec: { replicas: 1, x: { y: 1 } }, z: 1 })).toEqual(good);
  });

  test("inside a value of any shape are kept", () => {
    const revision = schema("apps", "v1", "ControllerRevision");
    expect(unknownFields(revision, { data: { spec: { x: 1 } }, revision: 1 })).toEqual([]);
  });
});

describe("decode errors", () => {
  test.each([
    { name: "none", object: { spec: { replicas: 3, template: null } }, want: undefined },
    {
      name: "text for a number",
      object: { spec: { replicas: "3" } },
      want: "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    },
    {
      name: "a fraction",
      object: { spec: { replicas: 1.5 } },
      want: "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
    },
    {
      name: "a number for a text, in lists",
      object: {
        spec: { template: { spec: { containers: [{ env: [{ name: "A", value: 1 }] }] } } },
      },
      want: "json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string",
    },
    {
      name: "an object for a list",
      object: { spec: { template: { spec: { containers: {} } } } },
      want: "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container",
    },
    {
      name: "a list for a struct",
      object: { spec: [] },
      want: "json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec",
    },
    {
      name: "a boolean in a map",
      object: { metadata: { labels: { a: true } } },
      want: "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string",
    },
    {
      name: "a number for a named text",
      object: { spec: { template: { spec: { restartPolicy: 1 } } } },
      want: "json: cannot unmarshal number into Go struct field PodSpec.spec.template.spec.restartPolicy of type v1.RestartPolicy",
    },
    {
      name: "int-or-string takes both",
      object: {
        spec: { strategy: { rollingUpdate: { maxSurge: "25%", maxUnavailable: 1 } } },
      },
      want: undefined,
    },
    {
      name: "int-or-string takes nothing else",
      object: { spec: { strategy: { rollingUpdate: { maxSurge: true } } } },
      want: "json: cannot unmarshal bool into Go struct field RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32",
    },
    {
      name: "a time that is none",
      object: { metadata: { creationTimestamp: "yesterday" } },
      want: 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
    },
    {
      name: "a time without a zone",
      object: { metadata: { creationTimestamp: "2026-01-02T03:04:05" } },
      want: 'parsing time "2026-01-02T03:04:05" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"',
    },
  ])("$name", ({ object, want }) => {
    expect(decodeError(deployment, object)).toBe(want);
  });

  test.each([
    { quantity: "500m", good: true },
    { quantity: "1.5Gi", good: true },
    { quantity: 2, good: true },
    { quantity: "1e3", good: true },
    { quantity: "1 Gi", good: false },
    { quantity: "lots", good: false },
    { quantity: true, good: false },
  ])("quantity $quantity", ({ quantity, good }) => {
    const object = { spec: { containers: [{ resources: { limits: { cpu: quantity } } }] } };
    expect(decodeError(pod, object)).toBe(
      good
        ? undefined
        : "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    );
  });

  test.each([
    { data: "YWJj", want: undefined },
    { data: "a-b", want: "illegal base64 data at input byte 1" },
    { data: "YWJjZ", want: "illegal base64 data at input byte 4" },
  ])("bytes $data", ({ data, want }) => {
    expect(decodeError(schema("", "v1", "Secret"), { data: { key: data } })).toBe(want);
  });
});

describe("merge keys", () => {
  const daemonSet = schema("apps", "v1", "DaemonSet");
  const inPod = ["spec", "template", "spec"];
  test.each([
    { path: [...inPod, "containers"], key: "name" },
    { path: [...inPod, "initContainers"], key: "name" },
    { path: [...inPod, "ephemeralContainers"], key: "name" },
    { path: [...inPod, "volumes"], key: "name" },
    { path: [...inPod, "imagePullSecrets"], key: "name" },
    { path: [...inPod, "schedulingGates"], key: "name" },
    { path: [...inPod, "resourceClaims"], key: "name" },
    { path: [...inPod, "containers", "env"], key: "name" },
    { path: [...inPod, "containers", "ports"], key: "containerPort" },
    { path: [...inPod, "containers", "volumeMounts"], key: "mountPath" },
    { path: [...inPod, "containers", "volumeDevices"], key: "devicePath" },
    { path: [...inPod, "topologySpreadConstraints"], key: "topologyKey" },
    { path: [...inPod, "hostAliases"], key: "ip" },
    { path: ["status", "conditions"], key: "type" },
    { path: ["metadata", "ownerReferences"], key: "uid" },
    { path: [...inPod, "tolerations"], key: undefined },
    { path: [...inPod, "containers", "args"], key: undefined },
    { path: [...inPod, "containers", "command"], key: undefined },
    { path: [...inPod, "containers", "envFrom"], key: undefined },
  ])("$path: $key", ({ path, key }) => {
    expect(listMergeAt(daemonSet, path)?.patchKey).toBe(key);
  });

  test.each([
    { kind: "Node", path: ["status", "addresses"], key: "type" },
    { kind: "Node", path: ["status", "conditions"], key: "type" },
    { kind: "Node", path: ["spec", "taints"], key: undefined },
    { kind: "Pod", path: ["status", "podIPs"], key: "ip" },
    { kind: "Pod", path: ["status", "hostIPs"], key: "ip" },
    { kind: "Service", path: ["spec", "ports"], key: "port" },
    { kind: "ServiceAccount", path: ["secrets"], key: "name" },
  ])("$kind $path: $key", ({ kind, path, key }) => {
    expect(listMergeAt(schema("", "v1", kind), path)?.patchKey).toBe(key);
  });

  test("sets of plain values", () => {
    expect(listMergeAt(pod, ["metadata", "finalizers"])?.kind).toBe("set");
    expect(listMergeAt(schema("", "v1", "Node"), ["spec", "podCIDRs"])?.kind).toBe("set");
  });

  test("an unknown path has none", () => {
    expect(listMergeAt(pod, ["spec", "nothing", "here"])).toBeUndefined();
  });
});
