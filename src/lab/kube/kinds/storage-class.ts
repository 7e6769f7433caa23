import type { StorageClass } from "kubernetes-types/storage/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { required } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled } from "./loose.ts";

const DEFAULT = "storageclass.kubernetes.io/is-default-class";

/** storage.k8s.io/v1 StorageClass; stored only. */
export const storageClassKind: KindDefinition = defineKind<StorageClass>({
  group: "storage.k8s.io",
  version: "v1",
  kind: "StorageClass",
  plural: "storageclasses",
  shortNames: ["sc"],
  namespaced: false,
  columns: [
    nameColumn,
    column("Provisioner"),
    column("ReclaimPolicy"),
    column("VolumeBindingMode"),
    column("AllowVolumeExpansion"),
    column("Age"),
  ],
  row: (storageClass, { nowMs }) => ({
    cells: [
      `${storageClass.metadata?.name ?? ""}${
        storageClass.metadata?.annotations?.[DEFAULT] === "true" ? " (default)" : ""
      }`,
      storageClass.provisioner ?? "",
      storageClass.reclaimPolicy ?? "Delete",
      storageClass.volumeBindingMode ?? "<unset>",
      storageClass.allowVolumeExpansion === true,
      age(storageClass.metadata?.creationTimestamp, nowMs),
    ],
  }),
  defaults: (storageClass) =>
    filled(storageClass, { reclaimPolicy: "Delete", volumeBindingMode: "Immediate" }),
  validate: ({ provisioner = "" }) => (provisioner === "" ? [required("provisioner")] : []),
});
