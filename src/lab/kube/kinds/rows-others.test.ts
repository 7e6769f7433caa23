import { expect, test } from "vitest";
import { cellsOf, type RowCase } from "./testing-rows.ts";
import { NOW } from "./testing.ts";

const involvedObject = {
  kind: "Pod",
  name: "web-1",
  namespace: "default",
  fieldPath: "spec.containers{a}",
};
const others: readonly RowCase[] = [
  {
    kind: "Event",
    group: "",
    fields: {
      involvedObject,
      type: "Warning",
      reason: "FailedScheduling",
      message: " no room\n",
      source: { component: "kubelet", host: "n1" },
      firstTimestamp: "2026-01-01T23:50:00Z",
      lastTimestamp: "2026-01-01T23:57:00Z",
      count: 4,
    },
    want: {
      "Last Seen": "3m",
      Type: "Warning",
      Reason: "FailedScheduling",
      Object: "pod/web-1",
      Subobject: "spec.containers{a}",
      Source: "kubelet, n1",
      Message: "no room",
      "First Seen": "10m",
      Count: 4,
      Name: "x",
    },
  },
  {
    kind: "Event",
    group: "",
    name: "of the new sort",
    fields: {
      involvedObject: { kind: "Node" },
      reportingComponent: "berth",
      reportingInstance: "berth-1",
      eventTime: "2026-01-01T23:59:30.000000Z",
    },
    want: {
      "Last Seen": "30s",
      Object: "node",
      Source: "berth, berth-1",
      "First Seen": "30s",
      Count: 1,
    },
  },
  {
    kind: "Event",
    group: "",
    name: "in a series",
    fields: {
      involvedObject,
      reportingComponent: "berth",
      eventTime: "2026-01-01T23:50:00.000000Z",
      series: { count: 9, lastObservedTime: "2026-01-01T23:59:59.000000Z" },
    },
    want: { "Last Seen": "1s", "First Seen": "10m", Count: 9, Source: "berth" },
  },
  {
    kind: "Event",
    group: "events.k8s.io",
    fields: {
      regarding: involvedObject,
      note: "hello",
      reportingController: "berth",
      deprecatedCount: 2,
      deprecatedLastTimestamp: NOW,
    },
    want: { "Last Seen": "0s", Object: "pod/web-1", Message: "hello", Source: "berth", Count: 2 },
  },
  { kind: "Lease", fields: { spec: { holderIdentity: "n1" } }, want: { Holder: "n1", Age: "5m" } },
  {
    kind: "EndpointSlice",
    fields: {
      addressType: "IPv4",
      ports: [{ port: 80 }, { name: "any" }, {}],
      endpoints: [{ addresses: ["1.1.1.1"] }, { addresses: ["1.1.1.2"] }],
    },
    want: { AddressType: "IPv4", Ports: "80,any,*", Endpoints: "1.1.1.1,1.1.1.2" },
  },
  {
    kind: "EndpointSlice",
    name: "of nothing",
    fields: {},
    want: { Ports: "<unset>", Endpoints: "<unset>" },
  },
  {
    kind: "NetworkPolicy",
    fields: { spec: { podSelector: {} } },
    want: { "Pod-Selector": "<none>" },
  },
  {
    kind: "Ingress",
    fields: {
      spec: {
        ingressClassName: "alb",
        tls: [{}],
        rules: ["a", "b", "c", "d"].map((host) => ({ host })),
      },
      status: { loadBalancer: { ingress: [{ ip: "1.1.1.1" }] } },
    },
    want: { Class: "alb", Hosts: "a,b,c + 1 more...", Address: "1.1.1.1", Ports: "80, 443" },
  },
  {
    kind: "Ingress",
    name: "for all hosts",
    fields: { spec: { rules: [{}] } },
    want: { Class: "<none>", Hosts: "*", Address: "", Ports: "80" },
  },
  {
    kind: "IngressClass",
    fields: { spec: { controller: "c", parameters: { apiGroup: "g", kind: "K", name: "n" } } },
    want: { Controller: "c", Parameters: "K.g/n" },
  },
  {
    kind: "IngressClass",
    name: "without parameters",
    fields: {},
    want: { Controller: "", Parameters: "<none>" },
  },
  { kind: "Role", fields: {}, want: { "Created At": "2026-01-01T23:55:00Z" } },
  {
    kind: "ClusterRole",
    fields: { metadata: { creationTimestamp: null } },
    want: { "Created At": "<unknown>" },
  },
  {
    kind: "RoleBinding",
    fields: {
      roleRef: { kind: "Role", name: "r" },
      subjects: [
        { kind: "User", name: "u" },
        { kind: "User", name: "v" },
        { kind: "Group", name: "g" },
        { kind: "ServiceAccount", name: "s", namespace: "n" },
      ],
    },
    want: { Role: "Role/r", Age: "5m", Users: "u, v", Groups: "g", ServiceAccounts: "n/s" },
  },
  {
    kind: "ClusterRoleBinding",
    fields: { roleRef: { kind: "ClusterRole", name: "r" } },
    want: { Role: "ClusterRole/r", Users: "" },
  },
  {
    kind: "StorageClass",
    fields: {
      metadata: { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
      provisioner: "ebs",
      volumeBindingMode: "WaitForFirstConsumer",
      allowVolumeExpansion: true,
    },
    want: {
      Name: "x (default)",
      Provisioner: "ebs",
      ReclaimPolicy: "Delete",
      VolumeBindingMode: "WaitForFirstConsumer",
      AllowVolumeExpansion: true,
    },
  },
  {
    kind: "StorageClass",
    name: "that is not the default",
    fields: {},
    want: { Name: "x", VolumeBindingMode: "<unset>", AllowVolumeExpansion: false },
  },
  {
    kind: "PriorityClass",
    fields: { value: 7, globalDefault: true, preemptionPolicy: "Never" },
    want: { Value: 7, "Global-Default": true, Age: "5m", PreemptionPolicy: "Never" },
  },
  {
    kind: "CustomResourceDefinition",
    fields: {},
    want: { Name: "x", "Created At": "2026-01-01T23:55:00Z" },
  },
  {
    kind: "Binding",
    name: "that has no row of its own",
    fields: {},
    want: { Name: "x", Age: "5m" },
  },
];

test.each(others)("R-DIAG-1: the row of $kind $name", (each) => {
  expect(cellsOf(each)).toMatchObject(each.want);
});
