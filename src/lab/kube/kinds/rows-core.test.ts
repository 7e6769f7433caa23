import { expect, test } from "vitest";
import { cellsOf, type RowCase } from "./testing-rows.ts";
import { kindNamed, NOW, objectOf } from "./testing.ts";

const labels = { app: "web" };

const core: readonly RowCase[] = [
  {
    kind: "Pod",
    fields: {
      spec: {
        nodeName: "n1",
        containers: [{}],
        readinessGates: [{ conditionType: "g" }, { conditionType: "h" }],
      },
      status: {
        phase: "Running",
        podIPs: [{ ip: "10.0.0.9" }],
        nominatedNodeName: "n2",
        conditions: [{ type: "g", status: "True" }],
        containerStatuses: [{ ready: true, restartCount: 0, state: { running: {} } }],
      },
    },
    want: {
      Ready: "1/1",
      Status: "Running",
      Restarts: "0",
      Age: "5m",
      IP: "10.0.0.9",
      Node: "n1",
      "Nominated Node": "n2",
      "Readiness Gates": "1/2",
    },
  },
  {
    kind: "Pod",
    name: "that has no address and no node",
    fields: { spec: { containers: [{}] }, status: { phase: "Pending" } },
    want: {
      Ready: "0/1",
      Status: "Pending",
      IP: "<none>",
      Node: "<none>",
      "Nominated Node": "<none>",
      "Readiness Gates": "<none>",
    },
  },
  {
    kind: "Node",
    fields: {
      metadata: {
        labels: {
          "node-role.kubernetes.io/worker": "",
          "node-role.kubernetes.io/edge": "",
          "node-role.kubernetes.io/": "",
          "kubernetes.io/role": "db",
        },
      },
      spec: { unschedulable: true },
      status: {
        conditions: [{ type: "Ready", status: "True" }],
        addresses: [
          { type: "InternalIP", address: "10.0.1.10" },
          { type: "ExternalIP", address: "54.0.0.1" },
        ],
        nodeInfo: {
          kubeletVersion: "v1.35.2-eks",
          osImage: "Linux",
          kernelVersion: "6.1",
          containerRuntimeVersion: "containerd://1.6",
        },
      },
    },
    want: {
      Status: "Ready,SchedulingDisabled",
      Roles: "db,edge,worker",
      Age: "5m",
      Version: "v1.35.2-eks",
      "Internal-IP": "10.0.1.10",
      "External-IP": "54.0.0.1",
      "OS-Image": "Linux",
      "Kernel-Version": "6.1",
      "Container-Runtime": "containerd://1.6",
    },
  },
  {
    kind: "Node",
    name: "that has not said much",
    fields: { spec: {}, status: { conditions: [{ type: "Ready", status: "Unknown" }] } },
    want: {
      Status: "NotReady",
      Roles: "<none>",
      Version: "",
      "Internal-IP": "<none>",
      "External-IP": "<none>",
      "OS-Image": "<unknown>",
      "Kernel-Version": "<unknown>",
      "Container-Runtime": "<unknown>",
    },
  },
  { kind: "Node", name: "that has said nothing", fields: {}, want: { Status: "Unknown" } },
  {
    kind: "Namespace",
    fields: { status: { phase: "Active" } },
    want: { Name: "x", Status: "Active", Age: "5m" },
  },
  {
    kind: "Service",
    fields: {
      spec: {
        type: "ClusterIP",
        clusterIPs: ["172.20.0.10"],
        ports: [
          { port: 53, protocol: "UDP" },
          { port: 53, protocol: "TCP" },
        ],
        selector: labels,
      },
    },
    want: {
      Type: "ClusterIP",
      "Cluster-IP": "172.20.0.10",
      "External-IP": "<none>",
      "Port(s)": "53/UDP,53/TCP",
      Selector: "app=web",
    },
  },
  {
    kind: "Service",
    name: "with node ports and outside addresses",
    fields: {
      spec: {
        type: "NodePort",
        externalIPs: ["1.2.3.4", "5.6.7.8"],
        ports: [{ port: 80, nodePort: 31080, protocol: "TCP" }],
      },
    },
    want: { "Cluster-IP": "<none>", "External-IP": "1.2.3.4,5.6.7.8", "Port(s)": "80:31080/TCP" },
  },
  {
    kind: "Service",
    name: "that waits for a balancer",
    fields: { spec: { type: "LoadBalancer", clusterIP: "172.20.0.11" } },
    want: { "Cluster-IP": "172.20.0.11", "External-IP": "<pending>", "Port(s)": "<none>" },
  },
  {
    kind: "Service",
    name: "with a balancer",
    fields: {
      spec: { type: "LoadBalancer" },
      status: { loadBalancer: { ingress: [{ hostname: "b.elb" }, { ip: "1.1.1.1" }] } },
    },
    want: { "External-IP": "1.1.1.1,b.elb" },
  },
  {
    kind: "Service",
    name: "that is a name",
    fields: { spec: { type: "ExternalName", externalName: "db.example" } },
    want: { "External-IP": "db.example" },
  },
  {
    kind: "Service",
    name: "of no type",
    fields: {},
    want: { "External-IP": "<unknown>", Selector: "<none>" },
  },
  {
    kind: "ConfigMap",
    fields: { data: { a: "1", b: "2" }, binaryData: { c: "" } },
    want: { Data: 3, Age: "5m" },
  },
  {
    kind: "Secret",
    fields: { type: "Opaque", data: { a: "" } },
    want: { Type: "Opaque", Data: 1 },
  },
  { kind: "ServiceAccount", fields: {}, want: { Secrets: 0, Age: "5m" } },
  {
    kind: "Endpoints",
    fields: {
      subsets: [
        {
          ports: [{ port: 80 }],
          addresses: ["1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4"].map((ip) => ({ ip })),
        },
      ],
    },
    want: { Endpoints: "1.1.1.1:80,1.1.1.2:80,1.1.1.3:80 + 1 more..." },
  },
  {
    kind: "Endpoints",
    name: "without ports",
    fields: { subsets: [{ addresses: [{ ip: "1.1.1.1" }] }] },
    want: { Endpoints: "1.1.1.1" },
  },
  { kind: "Endpoints", name: "of nothing", fields: {}, want: { Endpoints: "<none>" } },
  {
    kind: "ResourceQuota",
    fields: {
      spec: { hard: { pods: "10", "limits.cpu": "4", "requests.cpu": "2" } },
      status: { hard: { pods: "10", "limits.cpu": "4", "requests.cpu": "2" }, used: { pods: "3" } },
    },
    want: { Request: "pods: 3/10, requests.cpu: 0/2", Limit: "limits.cpu: 0/4" },
  },
  { kind: "LimitRange", fields: {}, want: { "Created At": "2026-01-01T23:55:00Z" } },
  {
    kind: "PersistentVolumeClaim",
    fields: {
      spec: { volumeName: "v", storageClassName: "gp3", volumeMode: "Filesystem" },
      status: {
        phase: "Bound",
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOnce", "ReadOnlyMany"],
      },
    },
    want: {
      Status: "Bound",
      Volume: "v",
      Capacity: "1Gi",
      "Access Modes": "RWO,ROX",
      StorageClass: "gp3",
      VolumeAttributesClass: "<unset>",
      Age: "5m",
      VolumeMode: "Filesystem",
    },
  },
  {
    kind: "PersistentVolumeClaim",
    name: "being deleted",
    fields: { metadata: { deletionTimestamp: NOW } },
    want: { Status: "Terminating", Capacity: "", VolumeMode: "<unset>" },
  },
  {
    kind: "PersistentVolume",
    fields: {
      spec: {
        capacity: { storage: "1Gi" },
        accessModes: ["ReadWriteOncePod"],
        persistentVolumeReclaimPolicy: "Retain",
        claimRef: { namespace: "a", name: "b" },
      },
      status: { phase: "Bound" },
    },
    want: {
      Capacity: "1Gi",
      "Access Modes": "RWOP",
      "Reclaim Policy": "Retain",
      Status: "Bound",
      Claim: "a/b",
      Reason: "",
      VolumeMode: "<unset>",
    },
  },
  {
    kind: "PersistentVolume",
    name: "that is going",
    fields: { metadata: { deletionTimestamp: NOW } },
    want: { Status: "Terminating", Claim: "" },
  },
];

test.each(core)("R-DIAG-1: the row of $kind $name", (each) => {
  expect(cellsOf(each)).toMatchObject(each.want);
});

test.each([
  { phase: "Succeeded", reason: "Succeeded" },
  { phase: "Failed", reason: "Failed" },
  { phase: "Running", reason: undefined },
])("a pod in phase $phase carries row condition $reason", ({ phase, reason }) => {
  const pod = kindNamed("Pod");
  const { conditions } = pod.row(objectOf(pod, { status: { phase } }), { nowMs: Date.parse(NOW) });
  expect(conditions?.[0]?.reason).toBe(reason);
});
