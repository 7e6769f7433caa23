import type { PriorityClass } from "kubernetes-types/scheduling/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { forbidden } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled } from "./loose.ts";
import { immutable } from "./workload-rules.ts";

const HIGHEST_FOR_USERS = 1_000_000_000;

/** scheduling.k8s.io/v1 PriorityClass. */
export const priorityClassKind: KindDefinition = defineKind<PriorityClass>({
  group: "scheduling.k8s.io",
  version: "v1",
  kind: "PriorityClass",
  plural: "priorityclasses",
  shortNames: ["pc"],
  namespaced: false,
  generation: "content",
  columns: [
    nameColumn,
    column("Value", "integer"),
    column("Global-Default", "boolean"),
    column("Age"),
    column("PreemptionPolicy"),
  ],
  row: (priority, { nowMs }) => ({
    cells: [
      priority.metadata?.name ?? "",
      priority.value ?? 0,
      priority.globalDefault === true,
      age(priority.metadata?.creationTimestamp, nowMs),
      priority.preemptionPolicy ?? "<unset>",
    ],
  }),
  defaults: (priority) => filled(priority, { preemptionPolicy: "PreemptLowerPriority" }),
  validate: (next, old) => [
    ...((next.value ?? 0) > HIGHEST_FOR_USERS && !(next.metadata?.name ?? "").startsWith("system-")
      ? [
          forbidden(
            "value",
            `maximum allowed value of a user defined priority is ${HIGHEST_FOR_USERS}`,
          ),
        ]
      : []),
    ...(old === undefined
      ? []
      : [
          ...immutable(next.value, old.value, "value"),
          ...immutable(next.preemptionPolicy, old.preemptionPolicy, "preemptionPolicy"),
        ]),
  ],
});
