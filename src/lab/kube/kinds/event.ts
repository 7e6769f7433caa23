import type { Event } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import { invalid, type FieldCause } from "./field-error.ts";
import type { Column, KindDefinition, Row } from "./kind-definition.ts";
import { filled, type Loose } from "./loose.ts";

/** The columns of events, in both of their groups. */
export const eventColumns: readonly Column[] = [
  column("Last Seen"),
  column("Type"),
  column("Reason"),
  column("Object"),
  wideColumn("Subobject"),
  wideColumn("Source"),
  column("Message"),
  wideColumn("First Seen"),
  wideColumn("Count"),
  { ...nameColumn, priority: 1 },
];

/** core/v1 Event; also stores what comes through events.k8s.io/v1. */
export const eventKind: KindDefinition = defineKind<Event>({
  group: "",
  version: "v1",
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  namespaced: true,
  nameRule: "any",
  columns: eventColumns,
  row: eventRow,
  fieldSelectors: {
    "involvedObject.kind": (event) => event.involvedObject?.kind ?? "",
    "involvedObject.namespace": (event) => event.involvedObject?.namespace ?? "",
    "involvedObject.name": (event) => event.involvedObject?.name ?? "",
    "involvedObject.uid": (event) => event.involvedObject?.uid ?? "",
    "involvedObject.apiVersion": (event) => event.involvedObject?.apiVersion ?? "",
    "involvedObject.resourceVersion": (event) => event.involvedObject?.resourceVersion ?? "",
    "involvedObject.fieldPath": (event) => event.involvedObject?.fieldPath ?? "",
    reason: (event) => event.reason ?? "",
    reportingComponent: (event) => event.reportingComponent ?? "",
    source: (event) => event.source?.component ?? event.reportingComponent ?? "",
    type: (event) => event.type ?? "",
  },
  defaults: (event) => ({
    ...filled(event, { reportingComponent: "", reportingInstance: "" }),
    involvedObject: { ...event.involvedObject },
    source: { ...event.source },
  }),
  validate: (event, old) => [
    ...validateNamespace(event),
    // Old clients leave the type out; those of the new group may not.
    ...(old === undefined && event.eventTime !== undefined
      ? oneOf(event.type, ["Normal", "Warning"], "type")
      : []),
  ],
});

/** The row of an event as it is stored. */
export function eventRow(event: Loose<Event>, { nowMs }: { nowMs: number }): Row {
  const first = age(event.firstTimestamp ?? event.eventTime, nowMs);
  const last =
    event.series === undefined
      ? event.lastTimestamp === undefined
        ? first
        : age(event.lastTimestamp, nowMs)
      : age(event.series.lastObservedTime, nowMs);
  const count = event.series === undefined ? (event.count ?? 0) : (event.series.count ?? 0);
  return {
    cells: [
      last,
      event.type ?? "",
      event.reason ?? "",
      targetText(event),
      event.involvedObject?.fieldPath ?? "",
      sourceText(event),
      (event.message ?? "").trim(),
      first,
      count === 0 ? 1 : count,
      event.metadata?.name ?? "",
    ],
  };
}

function targetText(event: Loose<Event>): string {
  const kind = (event.involvedObject?.kind ?? "").toLowerCase();
  const name = event.involvedObject?.name ?? "";
  return name === "" ? kind : `${kind}/${name}`;
}

function sourceText(event: Loose<Event>): string {
  const component = event.source?.component ?? "";
  const [name, instance] =
    component === ""
      ? [event.reportingComponent ?? "", event.reportingInstance ?? ""]
      : [component, event.source?.host ?? ""];
  return instance === "" ? name : `${name}, ${instance}`;
}

function validateNamespace(event: Loose<Event>): FieldCause[] {
  const own = event.metadata?.namespace ?? "";
  const involved = event.involvedObject?.namespace ?? "";
  // Events of cluster-wide objects live in the namespace `default`.
  if (own === involved || (involved === "" && (own === "default" || own === "kube-system"))) {
    return [];
  }
  return [
    invalid(
      "involvedObject.namespace",
      event.involvedObject?.namespace ?? "",
      "does not match event.namespace",
    ),
  ];
}
