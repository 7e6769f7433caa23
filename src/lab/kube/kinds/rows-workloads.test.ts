import { expect, test } from "vitest";
import { cellsOf, type RowCase } from "./testing-rows.ts";
import { NOW } from "./testing.ts";

const labels = { app: "web" };
const template = {
  metadata: { labels },
  spec: {
    containers: [
      { name: "a", image: "a:1" },
      { name: "b", image: "b:2" },
    ],
  },
};

const workloads: readonly RowCase[] = [
  {
    kind: "Deployment",
    fields: {
      spec: { replicas: 5, template, selector: { matchLabels: labels } },
      status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 },
    },
    want: {
      Ready: "2/5",
      "Up-to-date": 3,
      Available: 1,
      Age: "5m",
      Containers: "a,b",
      Images: "a:1,b:2",
      Selector: "app=web",
    },
  },
  {
    kind: "Deployment",
    name: "without a status",
    fields: { spec: { replicas: 0 } },
    want: { Ready: "0/0", "Up-to-date": 0, Available: 0, Containers: "", Selector: "<none>" },
  },
  {
    kind: "ReplicaSet",
    fields: {
      spec: {
        replicas: 3,
        template,
        selector: { matchExpressions: [{ key: "app", operator: "In", values: ["web", "api"] }] },
      },
      status: { replicas: 2, readyReplicas: 1 },
    },
    want: { Desired: 3, Current: 2, Ready: 1, Selector: "app in (api,web)" },
  },
  {
    kind: "DaemonSet",
    fields: {
      spec: {
        template: { spec: { nodeSelector: { b: "2", a: "1" } } },
        selector: {
          matchExpressions: [
            { key: "x", operator: "DoesNotExist" },
            { key: "a", operator: "NotIn", values: ["b"] },
            { key: "e", operator: "Exists" },
          ],
        },
      },
      status: {
        desiredNumberScheduled: 5,
        currentNumberScheduled: 4,
        numberReady: 3,
        updatedNumberScheduled: 2,
        numberAvailable: 1,
      },
    },
    want: {
      Desired: 5,
      Current: 4,
      Ready: 3,
      "Up-to-date": 2,
      Available: 1,
      "Node Selector": "a=1,b=2",
      Age: "5m",
      Selector: "a notin (b),e,!x",
    },
  },
  {
    kind: "StatefulSet",
    fields: { spec: { replicas: 2, template }, status: { readyReplicas: 1 } },
    want: { Ready: "1/2", Age: "5m", Containers: "a,b" },
  },
  {
    kind: "ReplicationController",
    fields: {
      spec: { replicas: 2, selector: labels, template },
      status: { replicas: 1, readyReplicas: 0 },
    },
    want: { Desired: 2, Current: 1, Ready: 0, Selector: "app=web" },
  },
  {
    kind: "Job",
    fields: {
      spec: { completions: 3, template },
      status: { succeeded: 1, startTime: "2026-01-01T23:58:00Z" },
    },
    want: { Status: "Running", Completions: "1/3", Duration: "2m", Age: "5m" },
  },
  {
    kind: "Job",
    name: "that is done",
    fields: {
      spec: { parallelism: 4 },
      status: {
        succeeded: 1,
        startTime: "2026-01-01T23:58:00Z",
        completionTime: "2026-01-01T23:58:09Z",
        conditions: [{ type: "Complete", status: "True" }],
      },
    },
    want: { Status: "Complete", Completions: "1/1 of 4", Duration: "9s" },
  },
  ...(
    [
      ["Failed", "Failed"],
      ["Suspended", "Suspended"],
      ["FailureTarget", "FailureTarget"],
      ["SuccessCriteriaMet", "SuccessCriteriaMet"],
    ] as const
  ).map(([type, Status]) => ({
    kind: "Job",
    name: `with condition ${type}`,
    fields: { spec: {}, status: { conditions: [{ type, status: "True" }] } },
    want: { Status, Completions: "0/1", Duration: "" },
  })),
  {
    kind: "Job",
    name: "being deleted",
    fields: { metadata: { deletionTimestamp: NOW }, spec: {} },
    want: { Status: "Terminating" },
  },
  {
    kind: "CronJob",
    fields: {
      spec: { schedule: "*/5 * * * *", suspend: false, jobTemplate: { spec: { template } } },
      status: { active: [{}], lastScheduleTime: "2026-01-01T23:59:00Z" },
    },
    want: {
      Schedule: "*/5 * * * *",
      Timezone: "<none>",
      Suspend: "False",
      Active: 1,
      "Last Schedule": "60s",
      Containers: "a,b",
      Selector: "<none>",
    },
  },
  {
    kind: "CronJob",
    name: "that has not run",
    fields: { spec: { suspend: true, timeZone: "Etc/UTC" } },
    want: { Timezone: "Etc/UTC", Suspend: "True", Active: 0, "Last Schedule": "<none>" },
  },
  {
    kind: "ControllerRevision",
    fields: {
      metadata: {
        ownerReferences: [
          { apiVersion: "apps/v1", kind: "DaemonSet", name: "aws-node", controller: true },
        ],
      },
      revision: 2,
    },
    want: { Controller: "daemonset.apps/aws-node", Revision: 2 },
  },
  {
    kind: "ControllerRevision",
    name: "of nobody",
    fields: {},
    want: { Controller: "<none>", Revision: 0 },
  },
  {
    kind: "PodTemplate",
    fields: { template },
    want: { Containers: "a,b", "Pod Labels": "app=web" },
  },
  {
    kind: "PodDisruptionBudget",
    fields: { spec: { minAvailable: "50%" }, status: { disruptionsAllowed: 1 } },
    want: { "Min Available": "50%", "Max Unavailable": "N/A", "Allowed Disruptions": 1, Age: "5m" },
  },
];

test.each(workloads)("R-DIAG-1: the row of $kind $name", (each) => {
  expect(cellsOf(each)).toMatchObject(each.want);
});
