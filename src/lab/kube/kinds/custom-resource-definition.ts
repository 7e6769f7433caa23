import type {
  CustomResourceDefinition,
  CustomResourceDefinitionSpec,
} from "kubernetes-types/apiextensions/v1";
import { timeText } from "../../../time/index.ts";
import type { CrdSchema } from "../crds/crd-spec.ts";
import { structuralErrors } from "../crds/structural-rules.ts";
import { oneOf } from "./container-rules.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { invalid, required, type FieldCause } from "./field-error.ts";
import type { AdmissionContext, KindDefinition } from "./kind-definition.ts";
import { filled, type Loose } from "./loose.ts";
import { immutable } from "./workload-rules.ts";

/** apiextensions.k8s.io/v1 CustomResourceDefinition. */
export const customResourceDefinitionKind: KindDefinition = defineKind<CustomResourceDefinition>({
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  shortNames: ["crd", "crds"],
  categories: ["api-extensions"],
  namespaced: false,
  hasStatus: true,
  generation: "spec",
  columns: [nameColumn, column("Created At", "date")],
  row: ({ metadata }) => ({
    cells: [metadata?.name ?? "", metadata?.creationTimestamp ?? "<unknown>"],
  }),
  defaults: (definition) => ({ ...definition, spec: defaultSpec(definition.spec ?? {}) }),
  prepareCreate: established,
  // The server accepts names at once, so the status follows the spec without a controller.
  prepareUpdate: (next, old, context) =>
    context.subresource === undefined ? { ...next, status: statusOf(next, old) } : next,
  validate: (definition, old) => [
    ...validateNames(definition),
    ...validateVersions(definition.spec ?? {}),
    ...(old === undefined
      ? []
      : [
          ...immutable(definition.spec?.group, old.spec?.group, "spec.group"),
          ...immutable(definition.spec?.scope, old.spec?.scope, "spec.scope"),
        ]),
  ],
});

function defaultSpec(
  spec: Loose<CustomResourceDefinitionSpec>,
): Loose<CustomResourceDefinitionSpec> {
  const kind = spec.names?.kind;
  return {
    ...filled(spec, { conversion: { strategy: "None" } }),
    names: filled(
      spec.names,
      kind === undefined ? {} : { singular: kind.toLowerCase(), listKind: `${kind}List` },
    ),
  };
}

function established(
  definition: Loose<CustomResourceDefinition>,
  { nowMs }: AdmissionContext,
): Loose<CustomResourceDefinition> {
  const lastTransitionTime = timeText(nowMs);
  return {
    ...definition,
    status: {
      conditions: [
        {
          type: "NamesAccepted",
          status: "True",
          lastTransitionTime,
          reason: "NoConflicts",
          message: "no conflicts found",
        },
        {
          type: "Established",
          status: "True",
          lastTransitionTime,
          reason: "InitialNamesAccepted",
          message: "the initial names have been accepted",
        },
      ],
      acceptedNames: { ...definition.spec?.names },
      storedVersions: storageVersions(definition),
    },
  };
}

function statusOf(
  next: Loose<CustomResourceDefinition>,
  old: Loose<CustomResourceDefinition>,
): Loose<CustomResourceDefinition>["status"] {
  return {
    ...old.status,
    acceptedNames: { ...next.spec?.names },
    storedVersions: [...new Set([...(old.status?.storedVersions ?? []), ...storageVersions(next)])],
  };
}

function storageVersions(definition: Loose<CustomResourceDefinition>): readonly string[] {
  return (definition.spec?.versions ?? [])
    .filter((version) => version.storage === true)
    .map((version) => version.name ?? "");
}

function validateNames({ metadata, spec }: Loose<CustomResourceDefinition>): FieldCause[] {
  const { group = "", names, scope = "" } = spec ?? {};
  const { plural = "", kind = "" } = names ?? {};
  return [
    ...(group === "" ? [required("spec.group")] : []),
    ...(plural === "" ? [required("spec.names.plural")] : []),
    ...(kind === "" ? [required("spec.names.kind")] : []),
    ...(scope === ""
      ? [required("spec.scope")]
      : oneOf(scope, ["Cluster", "Namespaced"], "spec.scope")),
    ...(metadata?.name === `${plural}.${group}`
      ? []
      : [
          invalid(
            "metadata.name",
            metadata?.name ?? "",
            'must be spec.names.plural+"."+spec.group',
          ),
        ]),
  ];
}

function validateVersions(spec: Loose<CustomResourceDefinitionSpec>): FieldCause[] {
  const versions = spec.versions ?? [];
  const stored = versions.filter((version) => version.storage === true);
  return [
    ...(stored.length === 1
      ? []
      : [
          invalid(
            "spec.versions",
            versions,
            "must have exactly one version marked as storage version",
          ),
        ]),
    ...versions.flatMap((version, index) => {
      const path = `spec.versions[${index}].schema.openAPIV3Schema`;
      const schema = version.schema?.openAPIV3Schema as CrdSchema | undefined;
      return schema === undefined
        ? [required(path, "schemas are required")]
        : structuralErrors(schema, path);
    }),
  ];
}
