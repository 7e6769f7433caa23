import type { Namespace } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import type { KindDefinition } from "./kind-definition.ts";

const NAME_LABEL = "kubernetes.io/metadata.name";

/** core/v1 Namespace. */
export const namespaceKind: KindDefinition = defineKind<Namespace>({
  group: "",
  version: "v1",
  kind: "Namespace",
  plural: "namespaces",
  shortNames: ["ns"],
  namespaced: false,
  nameRule: "label",
  verbs: ["create", "delete", "get", "list", "patch", "update", "watch"],
  hasStatus: true,
  subresources: [{ name: "finalize", kind: "Namespace", verbs: ["update"] }],
  deletion: { kind: "namespace" },
  columns: [nameColumn, column("Status"), column("Age")],
  row: (namespace, { nowMs }) => ({
    cells: [
      namespace.metadata?.name ?? "",
      namespace.status?.phase ?? "",
      age(namespace.metadata?.creationTimestamp, nowMs),
    ],
  }),
  fieldSelectors: { "status.phase": (namespace) => namespace.status?.phase ?? "" },
  defaults: (namespace) => ({
    ...namespace,
    metadata: {
      ...namespace.metadata,
      labels: {
        ...namespace.metadata?.labels,
        ...(namespace.metadata?.name === undefined
          ? {}
          : { [NAME_LABEL]: namespace.metadata.name }),
      },
    },
  }),
  prepareCreate(namespace) {
    const name = namespace.metadata?.name ?? "";
    return {
      ...namespace,
      metadata: {
        ...namespace.metadata,
        labels: { ...namespace.metadata?.labels, [NAME_LABEL]: name },
      },
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
    };
  },
  prepareUpdate: (next, old, context) =>
    // Only the `finalize` subresource takes finalizers away.
    context.subresource === "finalize" ? next : { ...next, spec: old.spec },
});
