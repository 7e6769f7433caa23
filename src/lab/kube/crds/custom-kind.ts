import type { Result } from "../../../base/index.ts";
import { allVerbs } from "../kinds/define-kind.ts";
import type { FieldCause } from "../kinds/field-error.ts";
import type { KindDefinition, KindView, Subresource } from "../kinds/kind-definition.ts";
import { valueAt } from "../kinds/loose.ts";
import type { KubeObject } from "../kube-object.ts";
import { customPrinter } from "../printing/custom-columns.ts";
import type { Schema } from "../schemas/schema.ts";
import { dropUnknown } from "../schemas/unknown-fields.ts";
import type { CrdSpec, CrdVersion } from "./crd-spec.ts";
import { customSchema } from "./custom-schema.ts";
import { withDefaults } from "./defaulting.ts";
import { structuralErrors } from "./structural-rules.ts";
import { compileValidation } from "./validation.ts";

/** One served version of a CustomResourceDefinition, ready to be used. */
export interface CustomKind {
  /**
   * Its `defaults` prune what the schema does not know and fill in the schema's defaults, `validate` checks against the
   * schema, `row` prints the declared columns.
   */
  readonly definition: KindDefinition;
  /** For unknown fields, server-side apply and OpenAPI. */
  readonly schema: Schema;
  /** The version that is stored; the others are converted by their `apiVersion` alone (strategy None). */
  readonly storage: boolean;
}

/**
 * The served versions of a CustomResourceDefinition, or what is wrong with its schemas (422 on its creation). Rules in
 * CEL (`x-kubernetes-validations`) and conversion webhooks are ignored.
 */
export function customKinds(crd: KubeObject): Result<readonly CustomKind[], readonly FieldCause[]> {
  const spec = crd["spec"] as CrdSpec;
  const errors = schemaErrors(spec);
  if (errors.length > 0) return { ok: false, error: errors };
  const served = spec.versions.filter((version) => version.served);
  const stored = served.find((version) => version.storage) ?? served[0];
  return {
    ok: true,
    value: served.map((version) => customKind(spec, version, stored ?? version)),
  };
}

/** What forbids the schemas of a CRD's versions. */
export function schemaErrors(spec: Pick<CrdSpec, "versions">): readonly FieldCause[] {
  return spec.versions.flatMap(({ schema }, index) =>
    structuralErrors(
      schema?.openAPIV3Schema ?? {},
      `spec.versions[${index}].schema.openAPIV3Schema`,
    ),
  );
}

function customKind(spec: CrdSpec, version: CrdVersion, stored: CrdVersion): CustomKind {
  const { group, scope, names } = spec;
  const declared = version.schema?.openAPIV3Schema ?? {};
  const schema = customSchema(declared);
  const validate = compileValidation(declared);
  const printer = customPrinter(version.additionalPrinterColumns ?? []);
  const scale = version.subresources?.scale;
  const definition: KindDefinition = {
    group,
    version: version.name,
    ...(version === stored ? {} : { viewOf: viewOf(spec, version, stored) }),
    stored: true,
    kind: names.kind,
    listKind: names.listKind ?? `${names.kind}List`,
    plural: names.plural,
    singular: names.singular ?? names.kind.toLowerCase(),
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    namespaced: scope === "Namespaced",
    verbs: allVerbs,
    subresources: subresources(names.kind, version),
    hasStatus: version.subresources?.status !== undefined,
    ...(scale === undefined
      ? {}
      : {
          scale: {
            specReplicas: pathOf(scale.specReplicasPath),
            statusReplicas: pathOf(scale.statusReplicasPath),
            ...(scale.labelSelectorPath === undefined
              ? {}
              : { selector: pathOf(scale.labelSelectorPath) }),
          },
        }),
    generation: "content",
    nameRule: "subdomain",
    columns: printer.columns,
    row: (object, options) => printer.row(object, options),
    fieldSelectors: selectableFields(version),
    defaults: (object) => withDefaults(schema, dropUnknown(schema, object)),
    prepareCreate: (object) => object,
    prepareUpdate: (next) => next,
    validate,
    deletion: { kind: "immediate" },
  };
  return { definition, schema, storage: version === stored };
}

function viewOf({ group, names }: CrdSpec, version: CrdVersion, stored: CrdVersion): KindView {
  const as =
    (name: string) =>
    (object: KubeObject): KubeObject => ({
      ...object,
      apiVersion: `${group}/${name}`,
    });
  return {
    group,
    version: stored.name,
    plural: names.plural,
    toStored: as(stored.name),
    fromStored: as(version.name),
  };
}

function subresources(
  kind: string,
  { subresources: declared }: CrdVersion,
): readonly Subresource[] {
  const verbs = ["get", "patch", "update"];
  const scale = { name: "scale", kind: "Scale", group: "autoscaling", version: "v1", verbs };
  return [
    ...(declared?.scale === undefined ? [] : [scale]),
    ...(declared?.status === undefined ? [] : [{ name: "status", kind, verbs }]),
  ];
}

function selectableFields({
  selectableFields: fields = [],
}: CrdVersion): KindDefinition["fieldSelectors"] {
  return Object.fromEntries(
    fields.map(({ jsonPath }) => {
      const path = pathOf(jsonPath);
      return [path.join("."), (object: KubeObject): string => text(valueAt(object, path))] as const;
    }),
  );
}

function text(value: unknown): string {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : "";
}

/** Of a simple JSONPath: `.spec.replicas`. */
function pathOf(jsonPath: string): readonly string[] {
  return jsonPath.split(".").filter((field) => field !== "");
}
