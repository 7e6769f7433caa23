import type { Lease } from "kubernetes-types/coordination/v1";
import { age } from "../printing/age.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { invalid } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";

/** coordination.k8s.io/v1 Lease. */
export const leaseKind: KindDefinition = defineKind<Lease>({
  group: "coordination.k8s.io",
  version: "v1",
  kind: "Lease",
  plural: "leases",
  namespaced: true,
  columns: [nameColumn, column("Holder"), column("Age")],
  row: ({ metadata, spec }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      spec?.holderIdentity ?? "",
      age(metadata?.creationTimestamp, nowMs),
    ],
  }),
  defaults: (lease) => ({ ...lease, spec: { ...lease.spec } }),
  validate: ({ spec }) => [
    ...(spec?.leaseDurationSeconds !== undefined && spec.leaseDurationSeconds <= 0
      ? [invalid("spec.leaseDurationSeconds", spec.leaseDurationSeconds, "must be greater than 0")]
      : []),
    ...(spec?.leaseTransitions !== undefined && spec.leaseTransitions < 0
      ? [
          invalid(
            "spec.leaseTransitions",
            spec.leaseTransitions,
            "must be greater than or equal to 0",
          ),
        ]
      : []),
  ],
});
