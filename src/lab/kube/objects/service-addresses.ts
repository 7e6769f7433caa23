import { addIpv4, formatIpv4, type Ipv4, parseIpv4, toIpv4 } from "../../../net/index.ts";
import type { Cluster } from "../server/cluster.ts";

const RANGE_BITS = 16;
const NODE_PORT_FIRST = 30_000;
const NODE_PORT_LAST = 32_767;

interface ServiceSpec {
  readonly clusterIP?: string;
  readonly clusterIPs?: readonly string[];
  readonly ports?: readonly { readonly nodePort?: number }[];
}

function serviceSpecs(cluster: Cluster): readonly ServiceSpec[] {
  const services = cluster.store.table({ group: "", plural: "services" }).list();
  return services.map((service) => (service["spec"] ?? {}) as ServiceSpec);
}

/**
 * A free address of the service range (a /16, as on EKS), or `wanted` if it is free and in the range. The upper part is
 * given first, so that the lower one stays for addresses that are asked for by name, as the real server does it.
 */
export function allocateClusterIp(cluster: Cluster, wanted?: string): string | undefined {
  const used = new Set(
    serviceSpecs(cluster).flatMap(({ clusterIP, clusterIPs = [] }) => [clusterIP, ...clusterIPs]),
  );
  const first = parseIpv4(cluster.serviceAddress);
  if (first === undefined) return undefined;
  const size = 2 ** (32 - RANGE_BITS);
  const base = toIpv4(Math.floor(first / size) * size);
  if (wanted !== undefined) {
    const address = parseIpv4(wanted);
    const inside = address !== undefined && address > base && address < base + size - 1;
    return inside && !used.has(wanted) ? wanted : undefined;
  }
  const start = cluster.random.below(size - 512) + 256;
  for (let step = 0; step < size - 2; step++) {
    const candidate = formatIpv4(addressAt(base, 1 + ((start + step) % (size - 2))));
    if (!used.has(candidate)) return candidate;
  }
  return undefined;
}

function addressAt(base: Ipv4, offset: number): Ipv4 {
  return addIpv4(base, offset);
}

/** A free port of the node port range, or `wanted` if it is free and in the range. */
export function allocateNodePort(cluster: Cluster, wanted?: number): number | undefined {
  const used = new Set(
    serviceSpecs(cluster).flatMap(({ ports = [] }) => ports.map(({ nodePort }) => nodePort)),
  );
  if (wanted !== undefined) {
    const inside = wanted >= NODE_PORT_FIRST && wanted <= NODE_PORT_LAST;
    return inside && !used.has(wanted) ? wanted : undefined;
  }
  const count = NODE_PORT_LAST - NODE_PORT_FIRST + 1;
  const start = cluster.random.below(count);
  for (let step = 0; step < count; step++) {
    const candidate = NODE_PORT_FIRST + ((start + step) % count);
    if (!used.has(candidate)) return candidate;
  }
  return undefined;
}
