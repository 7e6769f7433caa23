import type { IngressClass } from "kubernetes-types/networking/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import type { KindDefinition } from "./kind-definition.ts";
import type { Loose } from "./loose.ts";
import { immutable } from "./workload-rules.ts";

/** networking.k8s.io/v1 IngressClass; stored only. */
export const ingressClassKind: KindDefinition = defineKind<IngressClass>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "IngressClass",
  plural: "ingressclasses",
  namespaced: false,
  generation: "spec",
  columns: [nameColumn, column("Controller"), column("Parameters"), column("Age")],
  row: (ingressClass, { nowMs }) => ({
    cells: [
      ingressClass.metadata?.name ?? "",
      ingressClass.spec?.controller ?? "",
      parametersText(ingressClass),
      age(ingressClass.metadata?.creationTimestamp, nowMs),
    ],
  }),
  validate: (next, old) =>
    old === undefined
      ? []
      : immutable(next.spec?.controller, old.spec?.controller, "spec.controller"),
});

function parametersText(ingressClass: Loose<IngressClass>): string {
  const parameters = ingressClass.spec?.parameters;
  if (parameters === undefined) return "<none>";
  const group = parameters.apiGroup === undefined ? "" : `.${parameters.apiGroup}`;
  return `${parameters.kind ?? ""}${group}/${parameters.name ?? ""}`;
}
