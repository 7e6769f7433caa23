import type { KubeObject, ObjectMeta } from "../kube-object.ts";
import { forbidden, invalid, required, tooLong, type FieldCause } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import {
  label1035Rule,
  labelRule,
  labelValueRule,
  pathSegmentRule,
  qualifiedNameRule,
  subdomainRule,
  type NameRule,
} from "./names.ts";

const MAX_ANNOTATION_BYTES = 256 * 1024;
const STANDARD_FINALIZERS = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

const NAME_RULES: Readonly<Record<KindDefinition["nameRule"], NameRule>> = {
  subdomain: subdomainRule,
  label: labelRule,
  label1035: label1035Rule,
  pathSegment: pathSegmentRule,
  any: () => [],
};

/** The refused fields of an object's metadata. */
export function validateMetadata(kind: KindDefinition, object: KubeObject): FieldCause[] {
  const { metadata } = object;
  const rule = NAME_RULES[kind.nameRule];
  const nameCauses =
    metadata.name === ""
      ? [required("metadata.name", "name or generateName is required")]
      : rule(metadata.name).map((sentence) => invalid("metadata.name", metadata.name, sentence));
  return [
    ...nameCauses,
    ...validateLabels("metadata.labels", metadata.labels),
    ...validateAnnotations(metadata),
    ...(metadata.finalizers ?? []).flatMap((finalizer) => validateFinalizer(kind, finalizer)),
    ...validateOwners(metadata),
  ];
}

/** The fields of metadata that an update may not change. */
export function validateMetadataUpdate(next: KubeObject, old: KubeObject): FieldCause[] {
  if (old.metadata.deletionTimestamp === undefined) return [];
  const known = new Set(old.metadata.finalizers);
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !known.has(finalizer));
  if (added.length === 0) return [];
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(", ");
  return [
    forbidden(
      "metadata.finalizers",
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
    ),
  ];
}

/** Keys and values of a map of labels at `field`. */
export function validateLabels(
  field: string,
  labels: Readonly<Record<string, string | undefined>> | undefined,
): FieldCause[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...qualifiedNameRule(key).map((sentence) => invalid(field, key, sentence)),
    ...labelValueRule(value ?? "").map((sentence) => invalid(field, value ?? "", sentence)),
  ]);
}

function validateAnnotations(metadata: ObjectMeta): FieldCause[] {
  const entries = Object.entries(metadata.annotations ?? {});
  const bytes = entries.reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return [
    ...entries.flatMap(([key]) =>
      // Keys of annotations are compared in lower case.
      qualifiedNameRule(key.toLowerCase()).map((sentence) =>
        invalid("metadata.annotations", key, sentence),
      ),
    ),
    ...(bytes > MAX_ANNOTATION_BYTES
      ? [tooLong("metadata.annotations", MAX_ANNOTATION_BYTES)]
      : []),
  ];
}

function validateFinalizer({ group }: KindDefinition, finalizer: string): FieldCause[] {
  const field = "metadata.finalizers";
  const broken = qualifiedNameRule(finalizer);
  if (broken.length > 0) return broken.map((sentence) => invalid(field, finalizer, sentence));
  if (finalizer.includes("/") || STANDARD_FINALIZERS.has(finalizer)) return [];
  // Only Kubernetes' oldest kinds ask for more than a qualified name; those of CRDs and CRDs themselves do not.
  if (group.includes(".")) return [];
  return [
    invalid(
      field,
      finalizer,
      "name is neither a standard finalizer name nor is it fully qualified",
    ),
  ];
}

function validateOwners(metadata: ObjectMeta): FieldCause[] {
  const owners = metadata.ownerReferences ?? [];
  const field = "metadata.ownerReferences";
  const controllers = owners.filter((owner) => owner.controller === true);
  const [first, second] = controllers;
  return [
    ...owners.flatMap((owner, index) => [
      ...emptyField(`${field}[${index}].apiVersion`, owner.apiVersion, "version must not be empty"),
      ...emptyField(`${field}[${index}].kind`, owner.kind, "must not be empty"),
      ...emptyField(`${field}[${index}].name`, owner.name, "must not be empty"),
      ...emptyField(`${field}[${index}].uid`, owner.uid, "must not be empty"),
    ]),
    ...(first === undefined || second === undefined
      ? []
      : [
          invalid(
            field,
            owners,
            `Only one reference can have Controller set to true. Found "true" in references for ${first.kind}/${first.name} and ${second.kind}/${second.name}`,
          ),
        ]),
  ];
}

function emptyField(field: string, value: string | undefined, sentence: string): FieldCause[] {
  return value === undefined || value === "" ? [invalid(field, "", sentence)] : [];
}
