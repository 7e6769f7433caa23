import type { Event as CoreEvent } from "kubernetes-types/core/v1";
import type { Event } from "kubernetes-types/events/v1";
import type { KubeObject } from "../kube-object.ts";
import { defineKind } from "./define-kind.ts";
import { eventColumns, eventKind, eventRow } from "./event.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { as, without, type Loose } from "./loose.ts";

/** events.k8s.io/v1 Event: another face of the core events. */
export const eventsV1EventKind: KindDefinition = defineKind<Event>({
  group: "events.k8s.io",
  version: "v1",
  kind: "Event",
  plural: "events",
  shortNames: ["ev"],
  namespaced: true,
  nameRule: "any",
  viewOf: { group: "", version: "v1", plural: "events", toStored, fromStored },
  columns: eventColumns,
  row: (event, options) =>
    eventRow(as<CoreEvent>(toStored(event as unknown as KubeObject)), options),
  fieldSelectors: {
    "regarding.kind": (event) => event.regarding?.kind ?? "",
    "regarding.namespace": (event) => event.regarding?.namespace ?? "",
    "regarding.name": (event) => event.regarding?.name ?? "",
    "regarding.uid": (event) => event.regarding?.uid ?? "",
    "regarding.apiVersion": (event) => event.regarding?.apiVersion ?? "",
    "regarding.resourceVersion": (event) => event.regarding?.resourceVersion ?? "",
    "regarding.fieldPath": (event) => event.regarding?.fieldPath ?? "",
    reason: (event) => event.reason ?? "",
    reportingController: (event) => event.reportingController ?? "",
    type: (event) => event.type ?? "",
  },
  defaults: (event) => ({ ...event, regarding: { ...event.regarding } }),
  validate: (event, old, context) =>
    eventKind.validate(
      toStored(event as unknown as KubeObject),
      old === undefined ? undefined : toStored(old as unknown as KubeObject),
      context,
    ),
});

function toStored(object: KubeObject): KubeObject {
  const event = without(as<Event>(object), "metadata", "kind", "apiVersion");
  const {
    regarding,
    note,
    reportingController,
    deprecatedSource,
    deprecatedFirstTimestamp,
    deprecatedLastTimestamp,
    deprecatedCount,
    ...same
  } = event;
  const core: Loose<CoreEvent> = {
    ...same,
    involvedObject: { ...regarding },
    message: note,
    reportingComponent: reportingController ?? "",
    source: { ...deprecatedSource },
    firstTimestamp: deprecatedFirstTimestamp,
    lastTimestamp: deprecatedLastTimestamp,
    count: deprecatedCount,
  };
  return { apiVersion: "v1", kind: "Event", metadata: object.metadata, ...given(core) };
}

function fromStored(object: KubeObject): KubeObject {
  const event = without(as<CoreEvent>(object), "metadata", "kind", "apiVersion");
  const {
    involvedObject,
    message,
    reportingComponent,
    source,
    firstTimestamp,
    lastTimestamp,
    count,
    ...same
  } = event;
  const view: Loose<Event> = {
    ...same,
    regarding: { ...involvedObject },
    note: message,
    reportingController: reportingComponent,
    deprecatedSource: { ...source },
    deprecatedFirstTimestamp: firstTimestamp,
    deprecatedLastTimestamp: lastTimestamp,
    deprecatedCount: count,
  };
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: object.metadata,
    ...given(view),
  };
}

function given(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
