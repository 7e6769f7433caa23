import type { Service, ServiceSpec } from "kubernetes-types/core/v1";
import { age } from "../printing/age.ts";
import { labelsText } from "../printing/selector-text.ts";
import { externalIpText, portsText } from "../printing/service-text.ts";
import { column, defineKind, nameColumn, wideColumn } from "./define-kind.ts";
import type { AdmissionContext, KindDefinition } from "./kind-definition.ts";
import { filled, without, type Loose } from "./loose.ts";
import { validateService } from "./service-rules.ts";

/** core/v1 Service. */
export const serviceKind: KindDefinition = defineKind<Service>({
  group: "",
  version: "v1",
  kind: "Service",
  plural: "services",
  shortNames: ["svc"],
  categories: ["all"],
  namespaced: true,
  nameRule: "label1035",
  hasStatus: true,
  columns: [
    nameColumn,
    column("Type"),
    column("Cluster-IP"),
    column("External-IP"),
    column("Port(s)"),
    column("Age"),
    wideColumn("Selector"),
  ],
  row: (service, { nowMs }) => ({
    cells: [
      service.metadata?.name ?? "",
      service.spec?.type ?? "",
      service.spec?.clusterIPs?.[0] ?? service.spec?.clusterIP ?? "<none>",
      externalIpText(service),
      portsText(service.spec?.ports),
      age(service.metadata?.creationTimestamp, nowMs),
      labelsText(service.spec?.selector),
    ],
  }),
  fieldSelectors: {
    "spec.clusterIP": (service) => service.spec?.clusterIP ?? "",
    "spec.type": (service) => service.spec?.type ?? "",
  },
  defaults: (service) => ({ ...service, spec: defaultSpec(service.spec ?? {}) }),
  prepareCreate: (service, context) => ({
    ...service,
    spec: allocated(service.spec ?? {}, context),
    status: { loadBalancer: {} },
  }),
  prepareUpdate: (next, old, context) => ({
    ...next,
    spec: allocated(keptAddresses(next.spec ?? {}, old.spec ?? {}), context),
  }),
  validate: validateService,
});

function defaultSpec(spec: Loose<ServiceSpec>): Loose<ServiceSpec> {
  const type = spec.type ?? "ClusterIP";
  const reachable = type === "NodePort" || type === "LoadBalancer";
  return {
    ...filled(spec, {
      type,
      sessionAffinity: "None",
      ...(type === "ExternalName" ? {} : { internalTrafficPolicy: "Cluster" }),
      ...(reachable ? { externalTrafficPolicy: "Cluster" } : {}),
      ...(type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
      ...(spec.sessionAffinity === "ClientIP"
        ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }
        : {}),
    }),
    ...(spec.ports === undefined
      ? {}
      : {
          ports: spec.ports.map((port) => filled(port, { protocol: "TCP", targetPort: port.port })),
        }),
  };
}

/** An update that does not name addresses and node ports keeps those that are there. */
function keptAddresses(next: Loose<ServiceSpec>, old: Loose<ServiceSpec>): Loose<ServiceSpec> {
  if (next.type === "ExternalName" || old.type === "ExternalName") return next;
  const kept = filled(withoutEmptyIp(next), {
    clusterIP: old.clusterIP,
    clusterIPs: old.clusterIPs,
    ipFamilies: old.ipFamilies,
    ipFamilyPolicy: old.ipFamilyPolicy,
  });
  if (next.type === "ClusterIP") return kept;
  return {
    ...kept,
    ports: (next.ports ?? []).map((port) => {
      const before = (old.ports ?? []).find(
        (one) => one.port === port.port && one.protocol === port.protocol,
      );
      return filled(port, { nodePort: before?.nodePort });
    }),
  };
}

function withoutEmptyIp(spec: Loose<ServiceSpec>): Loose<ServiceSpec> {
  if (spec.clusterIP !== "") return spec;
  return without(spec, "clusterIP");
}

function allocated(given: Loose<ServiceSpec>, context: AdmissionContext): Loose<ServiceSpec> {
  if (given.type === "ExternalName") return given;
  const spec = withoutEmptyIp(given);
  // An address that can't be had is left as it is, for `validate` to name it.
  const wanted = spec.clusterIP ?? spec.clusterIPs?.[0];
  const clusterIP = wanted ?? context.allocateClusterIp?.();
  const withIp =
    clusterIP === undefined
      ? spec
      : filled(spec, {
          clusterIP,
          clusterIPs: [clusterIP],
          ipFamilies: [clusterIP.includes(":") ? "IPv6" : "IPv4"],
          ipFamilyPolicy: "SingleStack",
        });
  if (given.type !== "NodePort" && given.type !== "LoadBalancer") return withIp;
  if (given.type === "LoadBalancer" && given.allocateLoadBalancerNodePorts === false) return withIp;
  return {
    ...withIp,
    ports: (withIp.ports ?? []).map((port) =>
      (port.nodePort ?? 0) === 0 ? { ...port, nodePort: context.allocateNodePort?.() } : port,
    ),
  };
}
