import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Pod,
  Service,
} from "kubernetes-types/core/v1";
import { canonical } from "../objects/canonical.ts";
import { compareText, isDeleting, labelsOf, nameOf, namespaceOf, uidOf } from "../objects/meta.ts";
import { isPodFinished, isPodReady } from "../objects/pod.ts";
import { selects } from "../objects/selector.ts";

/** An Endpoints object names no more addresses than these; others are left out, not ready ones first. */
export const ENDPOINTS_MAX = 1000;

/** Whether the service's addresses are the pods' that it selects. */
export function hasSelector({ spec }: Service): boolean {
  return Object.keys(spec?.selector ?? {}).length > 0 && spec?.type !== "ExternalName";
}

/** The addresses of the pods that a service selects, those with the same ports together. */
export function subsetsOf(service: Service, pods: readonly Pod[]): EndpointSubset[] {
  const { selector = {}, publishNotReadyAddresses = false } = service.spec ?? {};
  const chosen = pods
    .filter(
      (pod) =>
        selects({ matchLabels: selector }, labelsOf(pod)) &&
        (pod.status?.podIP ?? "") !== "" &&
        !isPodFinished(pod) &&
        (!isDeleting(pod) || publishNotReadyAddresses),
    )
    .toSorted((a, b) => compareText(a.status?.podIP ?? "", b.status?.podIP ?? ""));
  const isReady = (pod: Pod): boolean => publishNotReadyAddresses || isPodReady(pod);
  const kept = [...chosen.filter(isReady), ...chosen.filter((pod) => !isReady(pod))].slice(
    0,
    ENDPOINTS_MAX,
  );
  const groups = new Map<string, { ports: EndpointPort[]; pods: Pod[] }>();
  for (const pod of kept) {
    const ports = portsOf(service, pod);
    if (ports.length === 0 && (service.spec?.ports ?? []).length > 0) continue;
    const key = canonical({ ports });
    const group = groups.get(key) ?? { ports, pods: [] };
    groups.set(key, group);
    group.pods.push(pod);
  }
  return [...groups.values()].map((group): EndpointSubset => {
    const ready = group.pods.filter(isReady).map(addressOf);
    const notReady = group.pods.filter((pod) => !isReady(pod)).map(addressOf);
    return {
      ...(ready.length === 0 ? {} : { addresses: ready }),
      ...(notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
      ...(group.ports.length === 0 ? {} : { ports: group.ports }),
    };
  });
}

function addressOf(pod: Pod): EndpointAddress {
  return {
    ip: pod.status?.podIP ?? "",
    ...(pod.spec?.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: "Pod", name: nameOf(pod), namespace: namespaceOf(pod), uid: uidOf(pod) },
  };
}

/** The ports of the service on this pod; a named one that the pod has not is left out. */
function portsOf(service: Service, pod: Pod): EndpointPort[] {
  return (service.spec?.ports ?? []).flatMap(({ name, port, protocol = "TCP", targetPort }) => {
    const wanted = targetPort ?? port;
    const number =
      typeof wanted === "number" && wanted !== 0
        ? wanted
        : pod.spec?.containers
            .flatMap(({ ports = [] }) => ports)
            .find((other) => other.name === wanted && (other.protocol ?? "TCP") === protocol)
            ?.containerPort;
    return number === undefined
      ? []
      : [{ ...(name === undefined ? {} : { name }), port: number, protocol }];
  });
}
