import { expect, test } from "vitest";
import { builtInKinds } from "./built-in.ts";
import { create, kindNamed, objectOf, update, type Fields } from "./testing.ts";

const selector = { matchLabels: { app: "web" } };
const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "a", image: "a:1" }] },
};
const job = { template: { spec: { ...template.spec, restartPolicy: "Never" } } };

const cases: { kind: string; name?: string; fields: Fields; want: object }[] = [
  {
    kind: "Deployment",
    fields: { spec: { selector, template } },
    want: {
      spec: {
        replicas: 1,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: {
          type: "RollingUpdate",
          rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" },
        },
        template: {
          spec: {
            restartPolicy: "Always",
            dnsPolicy: "ClusterFirst",
            schedulerName: "default-scheduler",
          },
        },
      },
    },
  },
  {
    kind: "Deployment",
    name: "that is made anew",
    fields: { spec: { selector, template, strategy: { type: "Recreate" } } },
    want: { spec: { strategy: { type: "Recreate" } } },
  },
  { kind: "ReplicaSet", fields: { spec: { selector, template } }, want: { spec: { replicas: 1 } } },
  {
    kind: "DaemonSet",
    fields: { spec: { selector, template } },
    want: {
      metadata: { annotations: { "deprecated.daemonset.template.generation": "1" } },
      spec: {
        revisionHistoryLimit: 10,
        updateStrategy: {
          type: "RollingUpdate",
          rollingUpdate: { maxUnavailable: 1, maxSurge: 0 },
        },
      },
    },
  },
  {
    kind: "DaemonSet",
    name: "updated by hand",
    fields: { spec: { selector, template, updateStrategy: { type: "OnDelete" } } },
    want: { spec: { updateStrategy: { type: "OnDelete" } } },
  },
  {
    kind: "StatefulSet",
    fields: { spec: { selector, template, volumeClaimTemplates: [{ metadata: { name: "d" } }] } },
    want: {
      spec: {
        replicas: 1,
        podManagementPolicy: "OrderedReady",
        revisionHistoryLimit: 10,
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
        persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        volumeClaimTemplates: [
          { kind: "PersistentVolumeClaim", spec: { volumeMode: "Filesystem" } },
        ],
      },
    },
  },
  {
    kind: "StatefulSet",
    name: "updated by hand",
    fields: { spec: { selector, template, updateStrategy: { type: "OnDelete" } } },
    want: { spec: { updateStrategy: { type: "OnDelete" } } },
  },
  {
    kind: "ReplicationController",
    fields: { spec: { template } },
    want: { spec: { replicas: 1, selector: { app: "web" } } },
  },
  {
    kind: "Job",
    fields: { spec: job },
    want: {
      spec: {
        completions: 1,
        parallelism: 1,
        backoffLimit: 6,
        completionMode: "NonIndexed",
        suspend: false,
        selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "u-1" } },
        template: {
          metadata: {
            labels: {
              "batch.kubernetes.io/controller-uid": "u-1",
              "batch.kubernetes.io/job-name": "x",
              "controller-uid": "u-1",
              "job-name": "x",
            },
          },
        },
      },
    },
  },
  {
    kind: "Job",
    name: "with a selector of its own",
    fields: {
      spec: {
        ...job,
        manualSelector: true,
        selector,
        parallelism: 2,
        backoffLimitPerIndex: 1,
        podFailurePolicy: {},
      },
    },
    want: {
      spec: {
        selector,
        parallelism: 2,
        backoffLimit: 2_147_483_647,
        podReplacementPolicy: "Failed",
      },
    },
  },
  {
    kind: "CronJob",
    fields: { spec: { schedule: "@daily", jobTemplate: { spec: job } } },
    want: {
      spec: {
        concurrencyPolicy: "Allow",
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
        jobTemplate: { spec: { completions: 1 } },
      },
    },
  },
  {
    kind: "PodTemplate",
    fields: { template },
    want: { template: { spec: { dnsPolicy: "ClusterFirst" } } },
  },
  {
    kind: "Namespace",
    fields: {},
    want: {
      metadata: { labels: { "kubernetes.io/metadata.name": "x" } },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    },
  },
  {
    kind: "Secret",
    fields: { stringData: { a: "hi" }, data: { b: "eQ==" } },
    want: { type: "Opaque", data: { a: "aGk=", b: "eQ==" } },
  },
  {
    kind: "Endpoints",
    fields: { subsets: [{ ports: [{ port: 1 }] }, {}] },
    want: { subsets: [{ ports: [{ protocol: "TCP" }] }, {}] },
  },
  {
    kind: "EndpointSlice",
    fields: { addressType: "IPv4", ports: [{ port: 1 }] },
    want: { ports: [{ protocol: "TCP", name: "" }] },
  },
  {
    kind: "PersistentVolumeClaim",
    fields: {},
    want: { spec: { volumeMode: "Filesystem" }, status: { phase: "Pending" } },
  },
  {
    kind: "PersistentVolume",
    fields: {},
    want: {
      spec: { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem" },
      status: { phase: "Available" },
    },
  },
  {
    kind: "NetworkPolicy",
    fields: { spec: {} },
    want: { spec: { podSelector: {}, policyTypes: ["Ingress"] } },
  },
  {
    kind: "NetworkPolicy",
    name: "for leaving traffic",
    fields: { spec: { egress: [{}] } },
    want: { spec: { policyTypes: ["Ingress", "Egress"] } },
  },
  { kind: "Ingress", fields: { spec: { rules: [{}] } }, want: { status: { loadBalancer: {} } } },
  {
    kind: "StorageClass",
    fields: { provisioner: "p" },
    want: { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" },
  },
  {
    kind: "PriorityClass",
    fields: { value: 1 },
    want: { preemptionPolicy: "PreemptLowerPriority" },
  },
  {
    kind: "RoleBinding",
    fields: {
      roleRef: { kind: "Role", name: "r" },
      subjects: [
        { kind: "User", name: "u" },
        { kind: "ServiceAccount", name: "s" },
      ],
    },
    want: {
      roleRef: { apiGroup: "rbac.authorization.k8s.io" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io" }, { kind: "ServiceAccount", name: "s" }],
    },
  },
  {
    kind: "ClusterRoleBinding",
    fields: { roleRef: { kind: "ClusterRole", name: "r" } },
    want: { roleRef: { apiGroup: "rbac.authorization.k8s.io" } },
  },
  { kind: "Node", fields: { spec: { unschedulable: false } }, want: { spec: {} } },
  {
    kind: "CustomResourceDefinition",
    fields: {
      spec: {
        names: { kind: "ENIConfig", plural: "eniconfigs" },
        versions: [{ name: "v1", storage: true }, { name: "v2" }],
      },
    },
    want: {
      spec: {
        conversion: { strategy: "None" },
        names: { singular: "eniconfig", listKind: "ENIConfigList" },
      },
      status: {
        conditions: [
          { type: "NamesAccepted", status: "True" },
          { type: "Established", status: "True", lastTransitionTime: "2026-01-02T00:00:00Z" },
        ],
        acceptedNames: { kind: "ENIConfig" },
        storedVersions: ["v1"],
      },
    },
  },
];

test.each(cases)("$kind $name", ({ kind, fields, want }) => {
  expect(create(kind, fields).object).toMatchObject(want);
});

test("every kind can take an object that says nothing", () => {
  for (const kind of builtInKinds) {
    const object = kind.defaults(objectOf(kind, {}));
    expect(kind.defaults(object)).toEqual(object);
  }
});

test("a DaemonSet counts the changes of its template", () => {
  const from = { spec: { selector, template } };
  const changed = { ...template, spec: { containers: [{ name: "a", image: "a:2" }] } };
  const after = (to: Fields): unknown =>
    update("DaemonSet", { from, to }).object.metadata.annotations?.[
      "deprecated.daemonset.template.generation"
    ];
  expect(after({ spec: { selector, template: changed } })).toBe("2");
  expect(after(from)).toBe("1");
});

test("only `finalize` takes the finalizer of a namespace away", () => {
  const change = { from: {}, to: { spec: {} } };
  expect(update("Namespace", change).object["spec"]).toEqual({ finalizers: ["kubernetes"] });
  const kind = kindNamed("Namespace");
  const next = objectOf(kind, { spec: {} });
  const old = objectOf(kind, { spec: { finalizers: ["kubernetes"] } });
  const context = {
    nowMs: 0,
    random: {
      uint32: () => 0,
      below: () => 0,
      chance: () => false,
      pick: <T>(list: readonly T[]) => list[0] as T,
    },
  };
  expect(kind.prepareUpdate(next, old, { ...context, subresource: "finalize" })["spec"]).toEqual(
    {},
  );
});

test("a CRD that changes its storage version remembers both", () => {
  const crd = (version: string): Fields => ({
    spec: { versions: [{ name: version, storage: true }] },
  });
  const { object } = update("CustomResourceDefinition", { from: crd("v1"), to: crd("v2") });
  expect(object["status"]).toMatchObject({ storedVersions: ["v1", "v2"] });
  const status = update(
    "CustomResourceDefinition",
    { from: crd("v1"), to: { ...crd("v1"), status: { mine: 1 } } },
    { subresource: "status" },
  );
  expect(status.object["status"]).toEqual({ mine: 1 });
});
