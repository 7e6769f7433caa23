import type { Container, Pod } from "kubernetes-types/core/v1";
import type { AllocatableNumbers } from "./node-resources.ts";
import { byteCount, milliCpu, quantityValue } from "./quantity.ts";

const MAP_FIELD = /^metadata\.(labels|annotations)\['(.*)'\]$/;

/** A field of a pod by the downward API's path; undefined when it is no path that may be asked for. */
export function podField(pod: Pod, path: string): string | undefined {
  const { metadata, spec, status } = pod;
  const match = MAP_FIELD.exec(path);
  if (match !== null) {
    const map = match[1] === "labels" ? metadata?.labels : metadata?.annotations;
    return map?.[match[2] ?? ""] ?? "";
  }
  switch (path) {
    case "metadata.name":
      return metadata?.name;
    case "metadata.namespace":
      return metadata?.namespace;
    case "metadata.uid":
      return metadata?.uid;
    case "metadata.labels":
      return mapText(metadata?.labels);
    case "metadata.annotations":
      return mapText(metadata?.annotations);
    case "spec.nodeName":
      return spec?.nodeName ?? "";
    case "spec.serviceAccountName":
      return spec?.serviceAccountName ?? "";
    case "status.hostIP":
      return status?.hostIP ?? "";
    case "status.hostIPs":
      return (status?.hostIPs ?? []).map(({ ip }) => ip).join(",");
    case "status.podIP":
      return status?.podIP ?? "";
    case "status.podIPs":
      return (status?.podIPs ?? []).map(({ ip }) => ip).join(",");
    default:
      return undefined;
  }
}

/** `key="value"` lines, sorted, quoted as Go's `%q`. */
function mapText(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join("\n");
}

/** Which resource of which container. */
export interface ResourceField {
  /** `limits.cpu`, `requests.memory` … */
  readonly resource: string;
  readonly divisor?: string | undefined;
}

/** A limit or request as the downward API shows it: in units of the divisor, rounded up. A missing limit is the node's. */
export function resourceField(
  container: Container,
  { resource, divisor }: ResourceField,
  node: AllocatableNumbers,
): string | undefined {
  const match = /^(limits|requests)\.(.+)$/.exec(resource);
  if (match === null) return undefined;
  const [, kind, name = ""] = match;
  const { limits, requests } = container.resources ?? {};
  const given =
    kind === "limits" ? (limits?.[name] ?? nodeAmount(name, node)) : (requests?.[name] ?? "0");
  const unit = quantityValue(divisor ?? "0");
  if (name === "cpu") return String(Math.ceil(milliCpu(given) / ((unit === 0 ? 1 : unit) * 1000)));
  return String(Math.ceil(byteCount(given) / (unit === 0 ? 1 : unit)));
}

function nodeAmount(name: string, node: AllocatableNumbers): string {
  if (name === "cpu") return `${node.milliCpu}m`;
  return name === "memory" ? String(node.memoryBytes) : "0";
}
