import type { Ingress } from "kubernetes-types/networking/v1";
import { age } from "../printing/age.ts";
import { balancerAddresses } from "../printing/service-text.ts";
import { column, defineKind, nameColumn } from "./define-kind.ts";
import { oneOf } from "./container-rules.ts";
import { invalid } from "./field-error.ts";
import type { KindDefinition } from "./kind-definition.ts";
import type { Loose } from "./loose.ts";

const PATH_TYPES = ["Exact", "ImplementationSpecific", "Prefix"];
const SHOWN_HOSTS = 3;

/** networking.k8s.io/v1 Ingress; stored only. */
export const ingressKind: KindDefinition = defineKind<Ingress>({
  group: "networking.k8s.io",
  version: "v1",
  kind: "Ingress",
  plural: "ingresses",
  shortNames: ["ing"],
  namespaced: true,
  hasStatus: true,
  generation: "spec",
  columns: [
    nameColumn,
    column("Class"),
    column("Hosts"),
    column("Address"),
    column("Ports"),
    column("Age"),
  ],
  row: (ingress, { nowMs }) => ({
    cells: [
      ingress.metadata?.name ?? "",
      ingress.spec?.ingressClassName ?? "<none>",
      hostsText(ingress),
      balancerAddresses(ingress.status?.loadBalancer).join(","),
      (ingress.spec?.tls ?? []).length === 0 ? "80" : "80, 443",
      age(ingress.metadata?.creationTimestamp, nowMs),
    ],
  }),
  prepareCreate: (ingress) => ({ ...ingress, status: { loadBalancer: {} } }),
  validate: ({ spec }) => [
    ...((spec?.rules ?? []).length === 0 && spec?.defaultBackend === undefined
      ? [invalid("spec", spec?.rules ?? [], "either `defaultBackend` or `rules` must be specified")]
      : []),
    ...(spec?.rules ?? []).flatMap((rule, index) =>
      (rule.http?.paths ?? []).flatMap((path, at) =>
        oneOf(path.pathType ?? "", PATH_TYPES, `spec.rules[${index}].http.paths[${at}].pathType`),
      ),
    ),
  ],
});

function hostsText(ingress: Loose<Ingress>): string {
  const rules = ingress.spec?.rules ?? [];
  const hosts = rules.map((rule) => rule.host ?? "").filter((host) => host !== "");
  if (hosts.length === 0) return "*";
  const shown = hosts.slice(0, SHOWN_HOSTS).join(",");
  return hosts.length > SHOWN_HOSTS ? `${shown} + ${rules.length - SHOWN_HOSTS} more...` : shown;
}
