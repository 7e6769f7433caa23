import type { NetworkPolicy } from "kubernetes-types/networking/v1";
import { age } from "../printing/age.ts";
import { labelSelectorText } from "../printing/selector-text.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { oneOf } from "./container-rules.ts";
import type { KindDefinition } from "./kind-definition.ts";
import { validateLabelSelector } from "./label-selector-rules.ts";
import { filled } from "./loose.ts";

/** networking.k8s.io/v1 NetworkPolicy. */
export const networkPolicyKind: KindDefinition = defineKind<NetworkPolicy>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "NetworkPolicy",
  plural: "networkpolicies",
  shortNames: ["netpol"],
  namespaced: true,
  generation: "spec",
  columns: [nameColumn, column("Pod-Selector"), column("Age")],
  row: ({ metadata, spec }, { nowMs }) => ({
    cells: [
      metadata?.name ?? "",
      labelSelectorText(spec?.podSelector),
      age(metadata?.creationTimestamp, nowMs),
    ],
  }),
  defaults: (policy) => ({
    ...policy,
    spec: filled(policy.spec, {
      podSelector: {},
      policyTypes: (policy.spec?.egress ?? []).length === 0 ? ["Ingress"] : ["Ingress", "Egress"],
    }),
  }),
  validate: ({ spec }) => [
    ...validateLabelSelector(spec?.podSelector, "spec.podSelector"),
    ...(spec?.policyTypes ?? []).flatMap((type, index) =>
      oneOf(type, ["Egress", "Ingress"], `spec.policyTypes[${index}]`),
    ),
  ],
});
