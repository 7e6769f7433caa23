import type { LoadBalancerStatus, Service, ServicePort } from "kubernetes-types/core/v1";
import type { Loose } from "../kinds/loose.ts";

/** The cell Port(s): `80/TCP,443:31443/TCP`. */
export function portsText(ports: readonly Loose<ServicePort>[] | undefined): string {
  const texts = (ports ?? []).map(({ port, nodePort, protocol }) =>
    nodePort !== undefined && nodePort > 0
      ? `${port ?? 0}:${nodePort}/${protocol ?? ""}`
      : `${port ?? 0}/${protocol ?? ""}`,
  );
  return texts.length === 0 ? "<none>" : texts.join(",");
}

/** The cell External-IP. */
export function externalIpText(service: Loose<Service>): string {
  const own = service.spec?.externalIPs ?? [];
  switch (service.spec?.type) {
    case "ClusterIP":
    case "NodePort":
      return own.length === 0 ? "<none>" : own.join(",");
    case "LoadBalancer": {
      const all = [...balancerAddresses(service.status?.loadBalancer), ...own];
      return all.length === 0 ? "<pending>" : all.join(",");
    }
    case "ExternalName":
      return service.spec.externalName ?? "";
    case undefined:
    default:
      return "<unknown>";
  }
}

/** Addresses or host names of a load balancer, sorted. */
export function balancerAddresses(
  status: Loose<LoadBalancerStatus> | undefined,
): readonly string[] {
  const names = (status?.ingress ?? []).map(({ ip, hostname }) =>
    ip === undefined || ip === "" ? (hostname ?? "") : ip,
  );
  return [...new Set(names.filter((name) => name !== ""))].sort();
}
