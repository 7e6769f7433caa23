import type { ConfigMap } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { immutableData, validateKeys } from "./data-rules.ts";
import { invalid } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";

/** core/v1 ConfigMap. */
export const configMapKind: KindDefinition = defineKind<ConfigMap>({
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  shortNames: ["cm"],
  namespaced: true,
  columns: [nameColumn, column("Data", "integer"), column("Age")],
  row: ({ metadata, data, binaryData }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
      age(metadata?.creationTimestamp, nowMs),
    ],
  }),
  validate: (map, old) => [
    ...validateKeys("data", map.data),
    ...validateKeys("binaryData", map.binaryData),
    ...Object.keys(map.data ?? {})
      .filter((key) => map.binaryData?.[key] !== undefined)
      .map((key) => invalid(`data[${key}]`, key, "duplicate of key present in binaryData")),
    ...(old === undefined ? [] : immutableData(map, old, ["data", "binaryData"])),
  ],
});
