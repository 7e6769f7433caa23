import type { ResourceQuota } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import type { KindDefinition } from "./kind-definition.ts";
import type { Loose } from "./loose.ts";

/** core/v1 ResourceQuota; stored and shown, not enforced. */
export const resourceQuotaKind: KindDefinition = defineKind<ResourceQuota>({
  group: "",
  version: "v1",
  kind: "ResourceQuota",
  plural: "resourcequotas",
  shortNames: ["quota"],
  namespaced: true,
  hasStatus: true,
  columns: [nameColumn, column("Request"), column("Limit"), column("Age")],
  row: (quota, { nowMs }) => ({
    cells: [
      quota.metadata?.name ?? "",
      used(quota, (name) => !name.startsWith("limits.")),
      used(quota, (name) => name.startsWith("limits.")),
      age(quota.metadata?.creationTimestamp, nowMs),
    ],
  }),
});

function used(quota: Loose<ResourceQuota>, shown: (name: string) => boolean): string {
  return Object.entries(quota.status?.hard ?? quota.spec?.hard ?? {})
    .filter(([name]) => shown(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, hard]) => `${name}: ${quota.status?.used?.[name] ?? "0"}/${hard ?? ""}`)
    .join(", ");
}
