import { describe, expect, test } from "vitest";
import { linesOf, update, type Fields } from "./testing.ts";

const selector = { matchLabels: { app: "web" } };
const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "a", image: "a:1" }] },
};
const workload = { selector, template };
const job = { template: { spec: { ...template.spec, restartPolicy: "Never" } } };
const port = { port: 80 };

describe("what an update may not change", () => {
  const other = { matchLabels: { app: "web", tier: "x" } };
  const labelled = { ...template, metadata: { labels: { app: "web", tier: "x" } } };
  const changes: { kind: string; name: string; from: Fields; to: Fields; want: string[] }[] = [
    {
      kind: "Deployment",
      name: "selector",
      from: { spec: { selector, template: labelled } },
      to: { spec: { selector: other, template: labelled } },
      want: [
        'spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"x"}}: field is immutable',
      ],
    },
    {
      kind: "StatefulSet",
      name: "service",
      from: { spec: workload },
      to: { spec: { ...workload, serviceName: "s" } },
      want: [
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      ],
    },
    {
      kind: "StatefulSet",
      name: "replicas, which it may",
      from: { spec: workload },
      to: { spec: { ...workload, replicas: 4 } },
      want: [],
    },
    {
      kind: "Job",
      name: "completions",
      from: {
        spec: {
          ...job,
          manualSelector: true,
          selector,
          template: { ...job.template, metadata: template.metadata },
        },
      },
      to: {
        spec: {
          ...job,
          completions: 2,
          manualSelector: true,
          selector,
          template: { ...job.template, metadata: template.metadata },
        },
      },
      want: ["spec.completions: Invalid value: 2: field is immutable"],
    },
    {
      kind: "ControllerRevision",
      name: "data",
      from: { revision: 1, data: {} },
      to: { revision: 1, data: { a: 1 } },
      want: ['data: Invalid value: {"a":1}: field is immutable'],
    },
    {
      kind: "Service",
      name: "address",
      from: { spec: { ports: [port], clusterIP: "1.1.1.1" } },
      to: { spec: { ports: [port], clusterIP: "1.1.1.2", clusterIPs: ["1.1.1.2"] } },
      want: ['spec.clusterIPs[0]: Invalid value: ["1.1.1.2"]: may not change once set'],
    },
    {
      kind: "ConfigMap",
      name: "data once it is immutable",
      from: { immutable: true, data: { a: "1" } },
      to: { data: { a: "2" } },
      want: [
        "immutable: Forbidden: field is immutable when `immutable` is set",
        "data: Forbidden: field is immutable when `immutable` is set",
      ],
    },
    {
      kind: "Secret",
      name: "type",
      from: { type: "a" },
      to: { type: "b" },
      want: ['type: Invalid value: "b": field is immutable'],
    },
    {
      kind: "EndpointSlice",
      name: "type",
      from: { addressType: "IPv4" },
      to: { addressType: "IPv6" },
      want: ['addressType: Invalid value: "IPv6": field is immutable'],
    },
    {
      kind: "IngressClass",
      name: "controller",
      from: { spec: { controller: "a" } },
      to: { spec: { controller: "b" } },
      want: ['spec.controller: Invalid value: "b": field is immutable'],
    },
    {
      kind: "ClusterRoleBinding",
      name: "role",
      from: { roleRef: { kind: "ClusterRole", name: "a" } },
      to: { roleRef: { kind: "ClusterRole", name: "b" } },
      want: [
        'roleRef: Invalid value: {"kind":"ClusterRole","name":"b","apiGroup":"rbac.authorization.k8s.io"}: cannot change roleRef',
      ],
    },
    {
      kind: "PriorityClass",
      name: "value",
      from: { value: 1 },
      to: { value: 2 },
      want: ["value: Invalid value: 2: field is immutable"],
    },
    {
      kind: "Node",
      name: "provider id",
      from: { spec: { providerID: "a" } },
      to: { spec: { providerID: "b" } },
      want: [
        'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
      ],
    },
  ];
  test.each(changes)("$kind: $name", ({ kind, from, to, want }) => {
    expect(linesOf(update(kind, { from, to }))).toEqual(want);
  });
});
