import type { PersistentVolume } from "kubernetes-types/core/v1";
import { accessModesText } from "../printing/access-modes.ts";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import { required } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { filled } from "./loose.ts";

/** core/v1 PersistentVolume. */
export const persistentVolumeKind: KindDefinition = defineKind<PersistentVolume>({
  group: "",
  version: "v1",
  kind: "PersistentVolume",
  plural: "persistentvolumes",
  shortNames: ["pv"],
  namespaced: false,
  hasStatus: true,
  columns: [
    nameColumn,
    column("Capacity"),
    column("Access Modes"),
    column("Reclaim Policy"),
    column("Status"),
    column("Claim"),
    column("StorageClass"),
    column("VolumeAttributesClass"),
    column("Reason"),
    column("Age"),
    wideColumn("VolumeMode"),
  ],
  row: ({ metadata, spec, status }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      spec?.capacity?.["storage"] ?? "",
      accessModesText(spec?.accessModes),
      spec?.persistentVolumeReclaimPolicy ?? "",
      metadata?.deletionTimestamp === undefined ? (status?.phase ?? "") : "Terminating",
      spec?.claimRef === undefined
        ? ""
        : `${spec.claimRef.namespace ?? ""}/${spec.claimRef.name ?? ""}`,
      spec?.storageClassName ?? "",
      spec?.volumeAttributesClassName ?? "<unset>",
      status?.reason ?? "",
      age(metadata?.creationTimestamp, nowMs),
      spec?.volumeMode ?? "<unset>",
    ],
  }),
  defaults: (volume) => ({
    ...volume,
    spec: filled(volume.spec, {
      persistentVolumeReclaimPolicy: "Retain",
      volumeMode: "Filesystem",
    }),
  }),
  prepareCreate: (volume) => ({ ...volume, status: { phase: "Available" } }),
  validate: ({ spec }) => [
    ...((spec?.accessModes ?? []).length === 0 ? [required("spec.accessModes")] : []),
    ...(spec?.capacity === undefined ? [required("spec.capacity")] : []),
  ],
});
