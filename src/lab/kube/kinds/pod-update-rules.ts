import type { Container, Pod, PodSpec, Toleration } from "kubernetes-types/core/v1";
import { sameJson } from "./same-json.ts";
import { forbidden, invalid, type FieldCause } from "./field-error.ts";
import { without, type Loose } from "./loose.ts";

const MAY_CHANGE =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** What of a pod's spec may not be changed by an update of the pod itself. */
export function validatePodUpdate(next: Loose<Pod>, old: Loose<Pod>): FieldCause[] {
  const nextSpec = next.spec ?? {};
  const oldSpec = old.spec ?? {};
  const counts = (["containers", "initContainers"] as const).filter(
    (list) => (nextSpec[list] ?? []).length !== (oldSpec[list] ?? []).length,
  );
  if (counts.length > 0) {
    return counts.map((list) =>
      forbidden(`spec.${list}`, "pod updates may not add or remove containers"),
    );
  }
  return [
    ...validateDeadline(nextSpec, oldSpec),
    ...validateGates(nextSpec, oldSpec),
    ...validateTolerations(nextSpec, oldSpec),
    ...validateRest(nextSpec, oldSpec),
  ];
}

function validateDeadline(next: Loose<PodSpec>, old: Loose<PodSpec>): FieldCause[] {
  const field = "spec.activeDeadlineSeconds";
  const before = old.activeDeadlineSeconds;
  const after = next.activeDeadlineSeconds;
  if (before === undefined || after === before) return [];
  if (after === undefined) {
    return [invalid(field, after, "must not update from a positive integer to nil value")];
  }
  return after > before
    ? [invalid(field, after, "must be less than or equal to previous value")]
    : [];
}

function validateGates(next: Loose<PodSpec>, old: Loose<PodSpec>): FieldCause[] {
  const known = new Set((old.schedulingGates ?? []).map((gate) => gate.name));
  const added = (next.schedulingGates ?? []).filter((gate) => !known.has(gate.name));
  if (added.length === 0) return [];
  return [
    forbidden(
      "spec.schedulingGates",
      `only deletion is allowed, but found new scheduling gate '${added[0]?.name ?? ""}'`,
    ),
  ];
}

function validateTolerations(next: Loose<PodSpec>, old: Loose<PodSpec>): FieldCause[] {
  const after = next.tolerations ?? [];
  const stays = (one: Loose<Toleration>): boolean =>
    after.some((other) =>
      sameJson({ ...other, tolerationSeconds: 0 }, { ...one, tolerationSeconds: 0 }),
    );
  return (old.tolerations ?? []).every(stays)
    ? []
    : [
        forbidden(
          "spec.tolerations",
          "existing toleration can not be modified except its tolerationSeconds",
        ),
      ];
}

function validateRest(next: Loose<PodSpec>, old: Loose<PodSpec>): FieldCause[] {
  const before = fixedPart(old, old);
  const after = fixedPart(next, old);
  if (sameJson(before, after)) return [];
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  const lines = fields.flatMap((field) => {
    const was = (before as Readonly<Record<string, unknown>>)[field];
    const is = (after as Readonly<Record<string, unknown>>)[field];
    if (sameJson(was, is)) return [];
    return [
      ...(was === undefined ? [] : [`- \t${field}: ${JSON.stringify(was)}`]),
      ...(is === undefined ? [] : [`+ \t${field}: ${JSON.stringify(is)}`]),
    ];
  });
  return [forbidden("spec", `${MAY_CHANGE}\n  core.PodSpec{\n${lines.join("\n")}\n  }\n`)];
}

/** The spec with everything that may change set to what `old` has. */
function fixedPart(spec: Loose<PodSpec>, old: Loose<PodSpec>): Loose<PodSpec> {
  const rest = without(
    spec,
    "activeDeadlineSeconds",
    "tolerations",
    "schedulingGates",
    "ephemeralContainers",
  );
  const grace = spec.terminationGracePeriodSeconds;
  const graceMayChange = (old.terminationGracePeriodSeconds ?? 0) < 0 && grace === 1;
  return {
    ...rest,
    ...(graceMayChange
      ? { terminationGracePeriodSeconds: old.terminationGracePeriodSeconds }
      : { terminationGracePeriodSeconds: grace }),
    containers: (spec.containers ?? []).map(withoutImage),
    initContainers: (spec.initContainers ?? []).map(withoutImage),
  };
}

function withoutImage(container: Loose<Container>): Loose<Container> {
  return without(container, "image");
}
