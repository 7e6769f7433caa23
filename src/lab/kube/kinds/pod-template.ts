import type { PodTemplate } from "kubernetes-types/core/v1";
import { labelsText } from "../printing/selector-text.ts";
import { templateCells } from "../printing/template-cells.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { defaultTemplate } from "./pod-spec-defaults.ts";
import { validateTemplate } from "./workload-rules.ts";

/** core/v1 PodTemplate. */
export const podTemplateKind: KindDefinition = defineKind<PodTemplate>({
  group: "",
  version: "v1",
  kind: "PodTemplate",
  plural: "podtemplates",
  namespaced: true,
  generation: "content",
  columns: [nameColumn, column("Containers"), column("Images"), column("Pod Labels")],
  row: ({ metadata, template }) => ({
    cells: [
      metadata?.name ?? "",
      ...templateCells(template),
      labelsText(template?.metadata?.labels),
    ],
  }),
  defaults: (object) => ({ ...object, template: defaultTemplate(object.template) }),
  validate: ({ template }) => validateTemplate(template, "template"),
});
