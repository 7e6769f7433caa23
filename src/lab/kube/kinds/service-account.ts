import type { ServiceAccount } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import type { KindDefinition } from "./kind-definition.ts";

/** core/v1 ServiceAccount. */
export const serviceAccountKind: KindDefinition = defineKind<ServiceAccount>({
  group: "",
  version: "v1",
  kind: "ServiceAccount",
  plural: "serviceaccounts",
  shortNames: ["sa"],
  namespaced: true,
  subresources: [
    {
      name: "token",
      kind: "TokenRequest",
      group: "authentication.k8s.io",
      version: "v1",
      verbs: ["create"],
    },
  ],
  columns: [nameColumn, column("Secrets", "integer"), column("Age")],
  row: ({ metadata, secrets }, { nowMs }) => ({
    cells: [metadata?.name ?? "", (secrets ?? []).length, age(metadata?.creationTimestamp, nowMs)],
  }),
});
