import type { Service, ServicePort, ServiceSpec } from "kubernetes-types/core/v1";
import { oneOf, portNumber } from "./container-rules.ts";
import { duplicate, invalid, required, type FieldCause } from "./field-error.ts";
import type { AdmissionContext } from "./kind-definition.ts";
import type { Loose } from "./loose.ts";
import { validateLabels } from "./metadata-rules.ts";
import { labelRule, portNameRule, subdomainRule } from "./names.ts";

const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** The refused fields of a service. */
export function validateService(
  service: Loose<Service>,
  old: Loose<Service> | undefined,
  context: AdmissionContext,
): FieldCause[] {
  const spec = service.spec ?? {};
  return [
    ...oneOf(spec.type, TYPES, "spec.type"),
    ...oneOf(spec.sessionAffinity, ["ClientIP", "None"], "spec.sessionAffinity"),
    ...validateLabels("spec.selector", spec.selector),
    ...validatePorts(spec),
    ...validateExternalName(spec),
    ...validateClusterIp(spec, old?.spec, context),
  ];
}

function validatePorts(spec: Loose<ServiceSpec>): FieldCause[] {
  const ports = spec.ports ?? [];
  const needsPorts = spec.type !== "ExternalName" && spec.clusterIP !== "None";
  if (ports.length === 0) return needsPorts ? [required("spec.ports")] : [];
  const names = new Set<string>();
  const numbers = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `spec.ports[${index}]`;
    const { name = "" } = port;
    const pair = `${port.port ?? 0}/${port.protocol ?? ""}`;
    const causes: FieldCause[] = validatePort(port, { field, isOnly: ports.length === 1 });
    if (name !== "" && names.has(name)) causes.push(duplicate(`${field}.name`, name));
    if (numbers.has(pair)) {
      causes.push(duplicate(field, { port: port.port, protocol: port.protocol }));
    }
    names.add(name);
    numbers.add(pair);
    return causes;
  });
}

function validatePort(
  port: Loose<ServicePort>,
  { field, isOnly }: { field: string; isOnly: boolean },
): FieldCause[] {
  const { name = "", targetPort, nodePort } = port;
  const nameCauses =
    name === ""
      ? isOnly
        ? []
        : [required(`${field}.name`)]
      : labelRule(name).map((sentence) => invalid(`${field}.name`, name, sentence));
  const target =
    typeof targetPort === "number"
      ? portNumber(targetPort, `${field}.targetPort`)
      : typeof targetPort === "string"
        ? portNameRule(targetPort).map((text) => invalid(`${field}.targetPort`, targetPort, text))
        : [];
  return [
    ...nameCauses,
    ...portNumber(port.port ?? 0, `${field}.port`),
    ...oneOf(port.protocol, PROTOCOLS, `${field}.protocol`),
    ...target,
    ...(nodePort === undefined || nodePort === 0 || (nodePort >= 30_000 && nodePort <= 32_767)
      ? []
      : [
          invalid(
            `${field}.nodePort`,
            nodePort,
            "provided port is not in the valid range. The range of valid ports is 30000-32767",
          ),
        ]),
  ];
}

function validateExternalName(spec: Loose<ServiceSpec>): FieldCause[] {
  if (spec.type !== "ExternalName") return [];
  const name = spec.externalName ?? "";
  if (name === "") return [required("spec.externalName")];
  return subdomainRule(name.replace(/\.$/, "")).map((sentence) =>
    invalid("spec.externalName", name, sentence),
  );
}

function validateClusterIp(
  spec: Loose<ServiceSpec>,
  old: Loose<ServiceSpec> | undefined,
  context: AdmissionContext,
): FieldCause[] {
  const clusterIp = spec.clusterIP ?? "";
  if (clusterIp === "" || clusterIp === "None" || spec.type === "ExternalName") return [];
  if (spec.clusterIPs?.[0] !== clusterIp) {
    return [invalid("spec.clusterIPs", spec.clusterIPs, "first value must match `clusterIP`")];
  }
  const before = old?.clusterIP ?? "";
  if (before !== "" && before !== clusterIp && old?.type !== "ExternalName") {
    return [invalid("spec.clusterIPs[0]", spec.clusterIPs, "may not change once set")];
  }
  if (before === clusterIp || context.allocateClusterIp === undefined) return [];
  return context.allocateClusterIp(clusterIp) === clusterIp
    ? []
    : [
        invalid(
          "spec.clusterIPs",
          spec.clusterIPs,
          `failed to allocate IP ${clusterIp}: the provided IP is not in the valid range or is already allocated`,
        ),
      ];
}
