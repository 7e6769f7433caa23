import { expect, test } from "vitest";
import { create, linesOf, type Fields } from "./testing.ts";

const port = { port: 80 };

const refused: readonly { kind: string; name: string; fields: Fields; want: string[] }[] = [
  {
    kind: "Service",
    name: "without ports",
    fields: { spec: {} },
    want: ["spec.ports: Required value"],
  },
  {
    kind: "Service",
    name: "with ports without names",
    fields: { spec: { ports: [{ name: "a", port: 1 }, { port: 2 }] } },
    want: ["spec.ports[1].name: Required value"],
  },
  {
    kind: "Service",
    name: "with a port twice",
    fields: {
      spec: {
        ports: [
          { name: "a", port: 1 },
          { name: "a", port: 1 },
        ],
      },
    },
    want: [
      'spec.ports[1].name: Duplicate value: "a"',
      'spec.ports[1]: Duplicate value: {"port":1,"protocol":"TCP"}',
    ],
  },
  {
    kind: "Service",
    name: "with an unknown type",
    fields: { spec: { type: "x", ports: [port] } },
    want: [
      'spec.type: Unsupported value: "x": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  },
  {
    kind: "Service",
    name: "with bad numbers",
    fields: { spec: { type: "NodePort", ports: [{ port: 0, targetPort: 70_000, nodePort: 80 }] } },
    want: [
      "spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive",
      "spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive",
      "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
    ],
  },
  {
    kind: "Service",
    name: "with a bad port name",
    fields: { spec: { ports: [{ port: 1, targetPort: "1" }] } },
    want: ['spec.ports[0].targetPort: Invalid value: "1": must contain at least one letter (a-z)'],
  },
  {
    kind: "Service",
    name: "that names nothing",
    fields: { spec: { type: "ExternalName" } },
    want: ["spec.externalName: Required value"],
  },
  {
    kind: "Service",
    name: "with two first addresses",
    fields: { spec: { ports: [port], clusterIP: "1.1.1.1", clusterIPs: ["1.1.1.2"] } },
    want: ['spec.clusterIPs: Invalid value: ["1.1.1.2"]: first value must match `clusterIP`'],
  },
  {
    kind: "ConfigMap",
    name: "with a bad key",
    fields: { data: { "a b": "" } },
    want: [
      `data[a b]: Invalid value: "a b": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
    ],
  },
  {
    kind: "ConfigMap",
    name: "with a key that is a folder",
    fields: { data: { "..": "" } },
    want: [`data[..]: Invalid value: "..": may not be '..'`],
  },
  {
    kind: "ConfigMap",
    name: "with a key twice",
    fields: { data: { a: "" }, binaryData: { a: "" } },
    want: ['data[a]: Invalid value: "a": duplicate of key present in binaryData'],
  },
  {
    kind: "Secret",
    name: "that is too large",
    fields: { data: { a: "x".repeat(1_048_577) } },
    want: [": Too long: may not be more than 1048576 bytes"],
  },
  {
    kind: "Secret",
    name: "for TLS without a key",
    fields: { type: "kubernetes.io/tls", data: { "tls.crt": "" } },
    want: ["data[tls.key]: Required value"],
  },
  {
    kind: "Endpoints",
    name: "with a bad port",
    fields: { subsets: [{ ports: [{ port: 0 }] }] },
    want: ["subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive"],
  },
  {
    kind: "EndpointSlice",
    name: "without a type",
    fields: {},
    want: ["addressType: Required value"],
  },
  {
    kind: "EndpointSlice",
    name: "of an unknown type",
    fields: { addressType: "x" },
    want: ['addressType: Unsupported value: "x": supported values: "FQDN", "IPv4", "IPv6"'],
  },
  {
    kind: "Lease",
    name: "of no time",
    fields: { spec: { leaseDurationSeconds: 0, leaseTransitions: -1 } },
    want: [
      "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0",
      "spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0",
    ],
  },
  {
    kind: "PodDisruptionBudget",
    name: "with both bounds",
    fields: { spec: { minAvailable: 1, maxUnavailable: 1 } },
    want: [
      'spec: Invalid value: {"minAvailable":1,"maxUnavailable":1}: minAvailable and maxUnavailable cannot be both set',
    ],
  },
  {
    kind: "PodDisruptionBudget",
    name: "of more than all",
    fields: { spec: { minAvailable: "101%" } },
    want: ['spec.minAvailable: Invalid value: "101%": must not be greater than 100%'],
  },
  {
    kind: "NetworkPolicy",
    name: "of an unknown type",
    fields: { spec: { policyTypes: ["x"] } },
    want: ['spec.policyTypes[0]: Unsupported value: "x": supported values: "Egress", "Ingress"'],
  },
  {
    kind: "Ingress",
    name: "without rules",
    fields: { spec: {} },
    want: ["spec: Invalid value: []: either `defaultBackend` or `rules` must be specified"],
  },
  {
    kind: "Ingress",
    name: "with a path of no type",
    fields: { spec: { rules: [{ http: { paths: [{}] } }] } },
    want: [
      'spec.rules[0].http.paths[0].pathType: Unsupported value: "": supported values: "Exact", "ImplementationSpecific", "Prefix"',
    ],
  },
  {
    kind: "Role",
    name: "without verbs",
    fields: { rules: [{}] },
    want: ["rules[0].verbs: Required value: verbs must contain at least one value"],
  },
  {
    kind: "Role",
    name: "without resources",
    fields: { rules: [{ verbs: ["get"], nonResourceURLs: ["/"] }] },
    want: [
      "rules[0].apiGroups: Required value: resource rules must supply at least one api group",
      "rules[0].resources: Required value: resource rules must supply at least one resource",
    ],
  },
  {
    kind: "RoleBinding",
    name: "to nothing",
    fields: { subjects: [{ kind: "x" }, { kind: "ServiceAccount", name: "s" }] },
    want: [
      'roleRef.kind: Unsupported value: "": supported values: "ClusterRole", "Role"',
      "roleRef.name: Required value",
      "subjects[0].name: Required value",
      'subjects[0].kind: Unsupported value: "x": supported values: "Group", "ServiceAccount", "User"',
      "subjects[1].namespace: Required value",
    ],
  },
  { kind: "StorageClass", name: "of nobody", fields: {}, want: ["provisioner: Required value"] },
  {
    kind: "PriorityClass",
    name: "that is too high",
    fields: { value: 1_000_000_001 },
    want: ["value: Forbidden: maximum allowed value of a user defined priority is 1000000000"],
  },
  {
    kind: "PersistentVolumeClaim",
    name: "of nothing",
    fields: {},
    want: [
      "spec.accessModes: Required value: at least 1 access mode is required",
      "spec.resources[storage]: Required value",
    ],
  },
  {
    kind: "PersistentVolume",
    name: "of nothing",
    fields: {},
    want: ["spec.accessModes: Required value", "spec.capacity: Required value"],
  },
  { kind: "Binding", name: "to nothing", fields: {}, want: ["target.name: Required value"] },
  {
    kind: "Event",
    name: "of another namespace",
    fields: { involvedObject: { namespace: "other" } },
    want: ['involvedObject.namespace: Invalid value: "other": does not match event.namespace'],
  },
  {
    kind: "Node",
    name: "with a taint of no effect",
    fields: { spec: { taints: [{ key: "a" }] } },
    want: ["spec.taints[0].effect: Required value"],
  },
  {
    kind: "Node",
    name: "with an unknown effect",
    fields: { spec: { taints: [{ key: "a", effect: "x" }] } },
    want: [
      'spec.taints[0].effect: Unsupported value: "x": supported values: "NoExecute", "NoSchedule", "PreferNoSchedule"',
    ],
  },
  {
    kind: "Node",
    name: "with a taint twice",
    fields: {
      spec: {
        taints: [
          { key: "a", effect: "NoSchedule" },
          { key: "a", effect: "NoSchedule" },
        ],
      },
    },
    want: ['spec.taints[1]: Duplicate value: {"key":"a","effect":"NoSchedule"}'],
  },
  {
    kind: "CustomResourceDefinition",
    name: "of nothing",
    fields: { spec: {} },
    want: [
      "spec.group: Required value",
      "spec.names.plural: Required value",
      "spec.names.kind: Required value",
      "spec.scope: Required value",
      'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
      "spec.versions: Invalid value: []: must have exactly one version marked as storage version",
    ],
  },
];

test.each(refused)("$kind $name", ({ kind, fields, want }) => {
  expect(linesOf(create(kind, fields))).toEqual(want);
});

test("an address that is taken or outside is refused", () => {
  const spec = { ports: [port], clusterIP: "9.9.9.9" };
  const more = {
    allocateClusterIp: (wanted?: string) => (wanted === undefined ? "1.1.1.1" : undefined),
  };
  expect(linesOf(create("Service", { spec }, more))).toEqual([
    'spec.clusterIPs: Invalid value: ["9.9.9.9"]: failed to allocate IP 9.9.9.9: the provided IP is not in the valid range or is already allocated',
  ]);
  expect(linesOf(create("Service", { spec: { ...spec, clusterIP: "None" } }, more))).toEqual([]);
});
