import type { LimitRange } from "kubernetes-types/core/v1";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { age } from "../printing/age.ts";
import type { KindDefinition } from "./kind-definition.ts";

/** core/v1 LimitRange; stored, not enforced. The server prints its creation time, not an age. */
export const limitRangeKind: KindDefinition = defineKind<LimitRange>({
  group: "",
  version: "v1",
  kind: "LimitRange",
  plural: "limitranges",
  shortNames: ["limits"],
  namespaced: true,
  columns: [nameColumn, column("Created At", "date")],
  row: ({ metadata }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      metadata?.creationTimestamp ?? age(metadata?.creationTimestamp, nowMs),
    ],
  }),
});
