import { expect, test } from "vitest";
import { create, linesOf, type Fields } from "./testing.ts";

const selector = { matchLabels: { app: "web" } };
const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "a", image: "a:1" }] },
};
const workload = { selector, template };
const job = { template: { spec: { ...template.spec, restartPolicy: "Never" } } };

const refused: { kind: string; name: string; fields: Fields; want: string[] }[] = [
  {
    kind: "Deployment",
    name: "without a selector",
    fields: { spec: { template } },
    want: ["spec.selector: Required value"],
  },
  {
    kind: "Deployment",
    name: "with an empty selector",
    fields: { spec: { selector: {}, template } },
    want: ["spec.selector: Invalid value: {}: empty selector is invalid for deployment"],
  },
  {
    kind: "Deployment",
    name: "whose selector does not match",
    fields: { spec: { selector: { matchLabels: { app: "api" } }, template } },
    want: [
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
  },
  {
    kind: "Deployment",
    name: "with replicas below zero",
    fields: { spec: { ...workload, replicas: -1 } },
    want: ["spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
  },
  {
    kind: "Deployment",
    name: "without containers",
    fields: { spec: { selector, template: { metadata: template.metadata } } },
    want: ["spec.template.spec.containers: Required value"],
  },
  {
    kind: "Deployment",
    name: "that restarts never",
    fields: {
      spec: {
        selector,
        template: { ...template, spec: { ...template.spec, restartPolicy: "Never" } },
      },
    },
    want: [
      'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
    ],
  },
  {
    kind: "Deployment",
    name: "with an unknown strategy",
    fields: { spec: { ...workload, strategy: { type: "x" } } },
    want: [
      'spec.strategy.type: Unsupported value: "x": supported values: "Recreate", "RollingUpdate"',
    ],
  },
  {
    kind: "Deployment",
    name: "that is made anew and rolls",
    fields: { spec: { ...workload, strategy: { type: "Recreate", rollingUpdate: {} } } },
    want: [
      "spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ],
  },
  {
    kind: "Deployment",
    name: "that can't move",
    fields: {
      spec: { ...workload, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: "0%" } } },
    },
    want: [
      'spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "0%": may not be 0 when `maxSurge` is 0',
    ],
  },
  {
    kind: "Deployment",
    name: "with a wrong percentage",
    fields: {
      spec: { ...workload, strategy: { rollingUpdate: { maxSurge: "x", maxUnavailable: -1 } } },
    },
    want: [
      "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: -1: must be greater than or equal to 0",
      `spec.strategy.rollingUpdate.maxSurge: Invalid value: "x": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`,
    ],
  },
  {
    kind: "Deployment",
    name: "that gives up too early",
    fields: { spec: { ...workload, progressDeadlineSeconds: 5, minReadySeconds: 5 } },
    want: ["spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds"],
  },
  {
    kind: "ReplicaSet",
    name: "without a selector",
    fields: { spec: { template } },
    want: ["spec.selector: Required value"],
  },
  {
    kind: "DaemonSet",
    name: "with an unknown strategy",
    fields: { spec: { ...workload, updateStrategy: { type: "x" } } },
    want: [
      'spec.updateStrategy.type: Unsupported value: "x": supported values: "OnDelete", "RollingUpdate"',
    ],
  },
  {
    kind: "DaemonSet",
    name: "that can't move",
    fields: { spec: { ...workload, updateStrategy: { rollingUpdate: { maxUnavailable: 0 } } } },
    want: [
      "spec.updateStrategy.rollingUpdate.maxUnavailable: Invalid value: 0: cannot be 0 when maxSurge is 0",
    ],
  },
  {
    kind: "DaemonSet",
    name: "that moves both ways",
    fields: { spec: { ...workload, updateStrategy: { rollingUpdate: { maxSurge: 1 } } } },
    want: [
      "spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero",
    ],
  },
  {
    kind: "StatefulSet",
    name: "with an unknown policy",
    fields: { spec: { ...workload, podManagementPolicy: "x" } },
    want: [
      'spec.podManagementPolicy: Unsupported value: "x": supported values: "OrderedReady", "Parallel"',
    ],
  },
  {
    kind: "ReplicationController",
    name: "whose selector does not match",
    fields: { spec: { selector: { a: "b" }, template } },
    want: [
      'spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
    ],
  },
  {
    kind: "ReplicationController",
    name: "without a selector",
    fields: { spec: { selector: {}, template } },
    want: ["spec.selector: Required value"],
  },
  {
    kind: "ControllerRevision",
    name: "without a revision",
    fields: {},
    want: ["revision: Invalid value: null: must be set"],
  },
  {
    kind: "Job",
    name: "that restarts always",
    fields: { spec: { template } },
    want: ['spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
  },
  {
    kind: "Job",
    name: "with an unknown mode",
    fields: { spec: { ...job, completionMode: "x" } },
    want: [
      'spec.completionMode: Unsupported value: "x": supported values: "Indexed", "NonIndexed"',
    ],
  },
  {
    kind: "Job",
    name: "without a selector that it manages",
    fields: { spec: { ...job, manualSelector: true } },
    want: ["spec.selector: Required value"],
  },
  {
    kind: "Job",
    name: "whose selector does not match",
    fields: { spec: { ...job, manualSelector: true, selector } },
    want: [
      "spec.template.metadata.labels: Invalid value: {}: `selector` does not match template `labels`",
    ],
  },
  {
    kind: "CronJob",
    name: "without a schedule",
    fields: { spec: { jobTemplate: { spec: job } } },
    want: ["spec.schedule: Required value"],
  },
  {
    kind: "CronJob",
    name: "with four fields",
    fields: { spec: { schedule: "* * * *", jobTemplate: { spec: job } } },
    want: [
      'spec.schedule: Invalid value: "* * * *": expected exactly 5 fields, found 4: [* * * *]',
    ],
  },
  {
    kind: "CronJob",
    name: "with a strange field",
    fields: { spec: { schedule: "§ * * * *", jobTemplate: { spec: job } } },
    want: ['spec.schedule: Invalid value: "§ * * * *": failed to parse int from §'],
  },
  {
    kind: "CronJob",
    name: "with a zone in its schedule",
    fields: { spec: { schedule: "TZ=UTC * * * * *", jobTemplate: { spec: job } } },
    want: [
      'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in schedule, use timeZone field instead',
    ],
  },
  {
    kind: "CronJob",
    name: "with a long name",
    fields: {
      metadata: { name: "a".repeat(53) },
      spec: { schedule: "@hourly", jobTemplate: { spec: job } },
    },
    want: [`metadata.name: Invalid value: "${"a".repeat(53)}": must be no more than 52 characters`],
  },
];

test.each(refused)("$kind $name", ({ kind, fields, want }) => {
  expect(linesOf(create(kind, fields))).toEqual(want);
});

test.each([
  {
    expression: { key: "a", operator: "In" },
    want: "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  },
  {
    expression: { key: "a", operator: "Exists", values: ["x"] },
    want: "spec.selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
  },
  {
    expression: { key: "a", operator: "x" },
    want: 'spec.selector.matchExpressions[0].operator: Invalid value: "x": not a valid selector operator',
  },
])("a selector $expression", ({ expression, want }) => {
  expect(
    linesOf(
      create("PodDisruptionBudget", { spec: { selector: { matchExpressions: [expression] } } }),
    ),
  ).toEqual([want]);
});

test.each([
  { expression: { key: "app", operator: "In", values: ["web"] }, matches: true },
  { expression: { key: "app", operator: "NotIn", values: ["web"] }, matches: false },
  { expression: { key: "app", operator: "Exists" }, matches: true },
  { expression: { key: "app", operator: "DoesNotExist" }, matches: false },
  { expression: { key: "other", operator: "NotIn", values: ["web"] }, matches: true },
])("labels app=web and $expression", ({ expression, matches }) => {
  const spec = { selector: { matchExpressions: [expression] }, template };
  expect(linesOf(create("Deployment", { spec }))).toHaveLength(matches ? 0 : 1);
});
