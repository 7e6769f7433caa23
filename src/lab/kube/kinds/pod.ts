import type { Pod, PodSpec } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { isFinished, podSummary } from "../printing/pod-status.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import type { KindDefinition, Row, RowCondition } from "./kind-definition.ts";
import { as, type Loose } from "./loose.ts";
import { admitPod } from "./pod-admission.ts";
import { defaultOwnPodSpec } from "./pod-spec-defaults.ts";
import { validatePodSpec } from "./pod-spec-rules.ts";
import { validatePodUpdate } from "./pod-update-rules.ts";

const proxied = ["create", "get"];

/** core/v1 Pod. */
export const podKind: KindDefinition = defineKind<Pod>({
  group: "",
  version: "v1",
  kind: "Pod",
  plural: "pods",
  shortNames: ["po"],
  categories: ["all"],
  namespaced: true,
  hasStatus: true,
  generation: "spec",
  subresources: [
    { name: "attach", kind: "PodAttachOptions", verbs: proxied },
    { name: "binding", kind: "Binding", verbs: ["create"] },
    { name: "ephemeralcontainers", kind: "Pod", verbs: ["get", "patch", "update"] },
    { name: "eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
    { name: "exec", kind: "PodExecOptions", verbs: proxied },
    { name: "log", kind: "Pod", verbs: ["get"] },
    { name: "portforward", kind: "PodPortForwardOptions", verbs: proxied },
  ],
  columns: [
    nameColumn,
    column("Ready"),
    column("Status"),
    column("Restarts"),
    column("Age"),
    wideColumn("IP"),
    wideColumn("Node"),
    wideColumn("Nominated Node"),
    wideColumn("Readiness Gates"),
  ],
  row: podRow,
  fieldSelectors: {
    "spec.nodeName": (pod) => pod.spec?.nodeName ?? "",
    "spec.restartPolicy": (pod) => pod.spec?.restartPolicy ?? "",
    "spec.schedulerName": (pod) => pod.spec?.schedulerName ?? "",
    "spec.serviceAccountName": (pod) => pod.spec?.serviceAccountName ?? "",
    "spec.hostNetwork": (pod) => `${pod.spec?.hostNetwork === true}`,
    "status.phase": (pod) => pod.status?.phase ?? "",
    "status.podIP": (pod) => pod.status?.podIP ?? "",
    "status.nominatedNodeName": (pod) => pod.status?.nominatedNodeName ?? "",
  },
  defaults: (pod) => ({ ...pod, spec: filledSpec(pod.spec) }),
  prepareCreate: admitPod,
  validate: (pod, old, context) => [
    ...(old === undefined ? validatePodSpec(pod.spec, "spec") : []),
    ...(old === undefined || context.subresource !== undefined ? [] : validatePodUpdate(pod, old)),
  ],
  deletion: {
    kind: "graceful",
    graceSeconds(object, requestedSeconds) {
      const pod = as<Pod>(object);
      // Nobody runs it, so nobody would ever tell that it has ended.
      if ((pod.spec?.nodeName ?? "") === "" || isFinished(pod)) return 0;
      const seconds = requestedSeconds ?? pod.spec?.terminationGracePeriodSeconds ?? 30;
      // A negative period, allowed in old objects, means one second.
      return seconds < 0 ? 1 : seconds;
    },
  },
});

// Most writes of a pod are of its status; its spec has had its defaults already.
const filledSpecs = new WeakSet();

function filledSpec(spec: Loose<PodSpec> | undefined): Loose<PodSpec> {
  if (spec !== undefined && filledSpecs.has(spec)) return spec;
  const filled = defaultOwnPodSpec(spec);
  filledSpecs.add(filled);
  return filled;
}

function podRow(pod: Loose<Pod>, { nowMs }: { nowMs: number }): Row {
  const { ready, status, restarts } = podSummary(pod, nowMs);
  const conditions = completed(pod);
  return {
    cells: [
      pod.metadata?.name ?? "",
      ready,
      status,
      restarts,
      age(pod.metadata?.creationTimestamp, nowMs),
      orNone(pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP),
      orNone(pod.spec?.nodeName),
      orNone(pod.status?.nominatedNodeName),
      readinessGates(pod),
    ],
    ...(conditions === undefined ? {} : { conditions }),
  };
}

function completed(pod: Loose<Pod>): readonly RowCondition[] | undefined {
  switch (pod.status?.phase) {
    case "Succeeded":
      return [
        {
          type: "Completed",
          status: "True",
          reason: "Succeeded",
          message: "The pod has completed successfully.",
        },
      ];
    case "Failed":
      return [{ type: "Completed", status: "True", reason: "Failed", message: "The pod failed." }];
    case undefined:
    default:
      return undefined;
  }
}

function readinessGates(pod: Loose<Pod>): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  const open = gates.filter((gate) =>
    (pod.status?.conditions ?? []).some(
      (condition) => condition.type === gate.conditionType && condition.status === "True",
    ),
  );
  return `${open.length}/${gates.length}`;
}

function orNone(text: string | undefined): string {
  return text === undefined || text === "" ? "<none>" : text;
}
