import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import { type FieldTerm, matchesFields, parseFieldSelector } from "../selectors/field-selector.ts";
import { type LabelMatcher, parseLabelSelector } from "../selectors/label-selector.ts";
import { shown } from "../server/cluster.ts";
import { badRequest } from "../server/status-error.ts";

/** Which objects of a kind a list or watch is about. */
export interface Selection {
  readonly kind: KindDefinition;
  /** Undefined: all namespaces, or a kind of the cluster. */
  readonly namespace: string | undefined;
  readonly labels: LabelMatcher | undefined;
  readonly fields: readonly FieldTerm[];
}

/** Reads the selectors of a request. Throws StatusError. */
export function readSelection(
  kind: KindDefinition,
  namespace: string | undefined,
  query: URLSearchParams,
): Selection {
  const labelText = query.get("labelSelector") ?? "";
  const labels = labelText === "" ? undefined : parseLabelSelector(labelText);
  if (labels?.ok === false) throw badRequest(labels.error);
  const fields = parseFieldSelector(query.get("fieldSelector") ?? "", kind);
  if (!fields.ok) throw badRequest(fields.error);
  return { kind, namespace, labels: labels?.value, fields: fields.value };
}

/** Whether a stored object is among those that are selected. */
export function isSelected(selection: Selection, stored: KubeObject): boolean {
  const { kind, namespace, labels, fields } = selection;
  if (namespace !== undefined && stored.metadata.namespace !== namespace) return false;
  if (labels !== undefined && !labels(stored.metadata.labels)) return false;
  return fields.length === 0 || matchesFields(fields, shown(kind, stored));
}
