import type { PodTemplateSpec } from "kubernetes-types/core/v1";
import type { LabelSelector } from "kubernetes-types/meta/v1";
import { invalid, notSupported, required, type FieldCause } from "./field-error.ts";
import { isEmptySelector, selectorMatches, validateLabelSelector } from "./label-selector-rules.ts";
import type { Loose } from "./loose.ts";
import { validateLabels } from "./metadata-rules.ts";
import { validatePodSpec } from "./pod-spec-rules.ts";
import { sameJson } from "./same-json.ts";

/** The parts that Deployments, ReplicaSets, DaemonSets and StatefulSets share. */
export interface WorkloadSpec {
  readonly replicas?: number | undefined;
  readonly minReadySeconds?: number | undefined;
  readonly revisionHistoryLimit?: number | undefined;
  readonly selector?: Loose<LabelSelector> | undefined;
  readonly template?: Loose<PodTemplateSpec> | undefined;
}

/** What is checked, and how its sentences call it. */
export interface WorkloadCheck {
  readonly spec: WorkloadSpec;
  /** The stored state on update. */
  readonly old: WorkloadSpec | undefined;
  /** The kind in lower case; the real server says `deployment` of ReplicaSets too. */
  readonly noun: "deployment" | "daemonset" | "statefulset";
}

/**
 * The refused fields that these kinds have in common: the selector must be there, must match the
 * template's labels and never change; the template's pods must restart always.
 */
export function validateWorkload({ spec, old, noun }: WorkloadCheck): FieldCause[] {
  return [
    ...nonNegative(spec.replicas, "spec.replicas"),
    ...nonNegative(spec.minReadySeconds, "spec.minReadySeconds"),
    ...nonNegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit"),
    ...validateSelector(spec, noun),
    ...(old === undefined ? [] : immutable(spec.selector, old.selector, "spec.selector")),
    ...validateTemplate(spec.template, "spec.template"),
    ...restartsAlways(spec.template),
  ];
}

/** The refused fields of a template of pods. */
export function validateTemplate(
  template: Loose<PodTemplateSpec> | undefined,
  field: string,
): FieldCause[] {
  return [
    ...validateLabels(`${field}.labels`, template?.metadata?.labels),
    ...validatePodSpec(template?.spec, `${field}.spec`),
  ];
}

/** A cause if a count is below zero. */
export function nonNegative(value: number | undefined, field: string): FieldCause[] {
  return value !== undefined && value < 0
    ? [invalid(field, value, "must be greater than or equal to 0")]
    : [];
}

/** A cause if a field that may never change has changed. */
export function immutable(next: unknown, old: unknown, field: string): FieldCause[] {
  return sameJson(next, old) ? [] : [invalid(field, next, "field is immutable")];
}

function validateSelector(spec: WorkloadSpec, noun: string): FieldCause[] {
  const { selector } = spec;
  if (selector === undefined) return [required("spec.selector")];
  const causes = validateLabelSelector(selector, "spec.selector");
  if (isEmptySelector(selector)) {
    return [...causes, invalid("spec.selector", selector, `empty selector is invalid for ${noun}`)];
  }
  const labels = spec.template?.metadata?.labels ?? {};
  if (causes.length > 0 || selectorMatches(selector, labels)) return causes;
  return [
    invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"),
  ];
}

function restartsAlways(template: Loose<PodTemplateSpec> | undefined): FieldCause[] {
  const policy = template?.spec?.restartPolicy;
  return policy === undefined || policy === "Always"
    ? []
    : [notSupported("spec.template.spec.restartPolicy", policy, ["Always"])];
}
