import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "kubernetes-types/core/v1";
import { accessModesText } from "../printing/access-modes.ts";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import { required } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled, type Loose } from "./loose.ts";

/** core/v1 PersistentVolumeClaim. Nothing in the lab binds one. */
export const persistentVolumeClaimKind: KindDefinition = defineKind<PersistentVolumeClaim>({
  group: "",
  version: "v1",
  kind: "PersistentVolumeClaim",
  plural: "persistentvolumeclaims",
  shortNames: ["pvc"],
  namespaced: true,
  hasStatus: true,
  columns: [
    nameColumn,
    column("Status"),
    column("Volume"),
    column("Capacity"),
    column("Access Modes"),
    column("StorageClass"),
    column("VolumeAttributesClass"),
    column("Age"),
    wideColumn("VolumeMode"),
  ],
  row: ({ metadata, spec, status }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      metadata?.deletionTimestamp === undefined ? (status?.phase ?? "") : "Terminating",
      spec?.volumeName ?? "",
      (spec?.volumeName ?? "") === "" ? "" : (status?.capacity?.["storage"] ?? ""),
      (spec?.volumeName ?? "") === "" ? "" : accessModesText(status?.accessModes),
      spec?.storageClassName ?? "",
      spec?.volumeAttributesClassName ?? "<unset>",
      age(metadata?.creationTimestamp, nowMs),
      spec?.volumeMode ?? "<unset>",
    ],
  }),
  defaults: (claim) => ({ ...claim, spec: defaultClaimSpec(claim.spec ?? {}) }),
  prepareCreate: (claim) => ({ ...claim, status: { phase: "Pending" } }),
  validate: ({ spec }) => [
    ...((spec?.accessModes ?? []).length === 0
      ? [required("spec.accessModes", "at least 1 access mode is required")]
      : []),
    ...(spec?.resources?.requests?.["storage"] === undefined
      ? [required("spec.resources[storage]")]
      : []),
  ],
});

/** A claim's spec with what the server fills in. */
export function defaultClaimSpec(
  spec: Loose<PersistentVolumeClaimSpec>,
): Loose<PersistentVolumeClaimSpec> {
  return filled(spec, { volumeMode: "Filesystem" });
}
