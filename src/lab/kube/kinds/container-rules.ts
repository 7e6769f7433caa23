import type { Container, ContainerPort, PodSpec, Probe } from "kubernetes-types/core/v1";
import { duplicate, invalid, notFound, notSupported, required } from "./field-error.ts";
import type { FieldCause } from "./field-error.ts";
import type { Loose } from "./loose.ts";
import { envNameRule, labelRule, portNameRule } from "./names.ts";
import { parseQuantity } from "./quantity.ts";

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];

/** Where a container stands in its pod. */
export interface ContainerPlace {
  readonly field: string;
  readonly spec: Loose<PodSpec>;
  readonly isInit: boolean;
}

/** The refused fields of one container. */
export function validateContainer(
  container: Loose<Container>,
  place: ContainerPlace,
): FieldCause[] {
  const { field } = place;
  return [
    ...validateName(container, field),
    ...((container.image ?? "") === "" ? [required(`${field}.image`)] : []),
    ...imageSpaces(container.image, `${field}.image`),
    ...oneOf(container.imagePullPolicy, PULL_POLICIES, `${field}.imagePullPolicy`),
    ...validatePorts(container.ports ?? [], place),
    ...validateEnv(container, field),
    ...validateResources(container, field),
    ...validateMounts(container, place),
    ...validateProbes(container, place),
  ];
}

/** A cause if the value is given and not in the list. */
export function oneOf(
  value: string | undefined,
  supported: readonly string[],
  field: string,
): FieldCause[] {
  return value === undefined || supported.includes(value)
    ? []
    : [notSupported(field, value, supported)];
}

function validateName(container: Loose<Container>, field: string): FieldCause[] {
  const name = container.name ?? "";
  if (name === "") return [required(`${field}.name`)];
  return labelRule(name).map((sentence) => invalid(`${field}.name`, name, sentence));
}

function imageSpaces(image: string | undefined, field: string): FieldCause[] {
  return image !== undefined && image !== image.trim()
    ? [invalid(field, image, "must not have leading or trailing whitespace")]
    : [];
}

function validatePorts(
  ports: readonly Loose<ContainerPort>[],
  place: ContainerPlace,
): FieldCause[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const field = `${place.field}.ports[${index}]`;
    const causes: FieldCause[] = [];
    const { name, containerPort, hostPort, protocol } = port;
    if (name !== undefined && name !== "") {
      causes.push(...portNameRule(name).map((text) => invalid(`${field}.name`, name, text)));
      if (names.has(name)) causes.push(duplicate(`${field}.name`, name));
      names.add(name);
    }
    if (containerPort === undefined || containerPort === 0) {
      causes.push(required(`${field}.containerPort`));
    } else {
      causes.push(...portNumber(containerPort, `${field}.containerPort`));
    }
    if (hostPort !== undefined && hostPort !== 0) {
      causes.push(...portNumber(hostPort, `${field}.hostPort`));
      if (place.spec.hostNetwork === true && hostPort !== containerPort) {
        causes.push(
          invalid(
            `${field}.hostPort`,
            hostPort,
            "must match `containerPort` when `hostNetwork` is true",
          ),
        );
      }
    }
    return [...causes, ...oneOf(protocol, PROTOCOLS, `${field}.protocol`)];
  });
}

/** A cause unless the number is a port, 1 … 65535. */
export function portNumber(port: number, field: string): FieldCause[] {
  return Number.isInteger(port) && port >= 1 && port <= 65_535
    ? []
    : [invalid(field, port, "must be between 1 and 65535, inclusive")];
}

function validateEnv(container: Loose<Container>, field: string): FieldCause[] {
  return (container.env ?? []).flatMap((entry, index) => {
    const name = entry.name ?? "";
    const at = `${field}.env[${index}]`;
    const causes =
      name === ""
        ? [required(`${at}.name`)]
        : envNameRule(name).map((sentence) => invalid(`${at}.name`, name, sentence));
    return (entry.value ?? "") !== "" && entry.valueFrom !== undefined
      ? [
          ...causes,
          invalid(`${at}.valueFrom`, "", "may not be specified when `value` is not empty"),
        ]
      : causes;
  });
}

function validateResources(container: Loose<Container>, field: string): FieldCause[] {
  const { limits, requests } = container.resources ?? {};
  const negative = [
    ...Object.entries(limits ?? {}).map(([name, amount]) => ({ part: "limits", name, amount })),
    ...Object.entries(requests ?? {}).map(([name, amount]) => ({ part: "requests", name, amount })),
  ].flatMap(({ part, name, amount }) =>
    (parseQuantity(amount) ?? 0) < 0
      ? [
          invalid(
            `${field}.resources.${part}[${name}]`,
            amount,
            "must be greater than or equal to 0",
          ),
        ]
      : [],
  );
  const tooMuch = Object.entries(requests ?? {}).flatMap(([name, amount]) => {
    const limit = limits?.[name];
    if (limit === undefined) return [];
    if ((parseQuantity(amount) ?? 0) <= (parseQuantity(limit) ?? 0)) return [];
    return [
      invalid(
        `${field}.resources.requests`,
        amount,
        `must be less than or equal to ${name} limit of ${limit}`,
      ),
    ];
  });
  return [...negative, ...tooMuch];
}

function validateMounts(container: Loose<Container>, place: ContainerPlace): FieldCause[] {
  const volumes = new Set((place.spec.volumes ?? []).map((volume) => volume.name));
  const paths = new Set<string>();
  return (container.volumeMounts ?? []).flatMap((mount, index) => {
    const field = `${place.field}.volumeMounts[${index}]`;
    const causes: FieldCause[] = [];
    const path = mount.mountPath ?? "";
    if ((mount.name ?? "") === "") causes.push(required(`${field}.name`));
    else if (!volumes.has(mount.name)) causes.push(notFound(`${field}.name`, mount.name));
    if (path === "") causes.push(required(`${field}.mountPath`));
    if (paths.has(path)) causes.push(invalid(`${field}.mountPath`, path, "must be unique"));
    paths.add(path);
    return causes;
  });
}

function validateProbes(container: Loose<Container>, place: ContainerPlace): FieldCause[] {
  const { livenessProbe, readinessProbe, startupProbe } = container;
  const once = (probe: Loose<Probe> | undefined, name: string): FieldCause[] =>
    probe?.successThreshold !== undefined && probe.successThreshold !== 1
      ? [invalid(`${place.field}.${name}.successThreshold`, probe.successThreshold, "must be 1")]
      : [];
  return [
    ...validateProbe(livenessProbe, `${place.field}.livenessProbe`),
    ...once(livenessProbe, "livenessProbe"),
    ...validateProbe(readinessProbe, `${place.field}.readinessProbe`),
    ...validateProbe(startupProbe, `${place.field}.startupProbe`),
    ...once(startupProbe, "startupProbe"),
  ];
}

function validateProbe(probe: Loose<Probe> | undefined, field: string): FieldCause[] {
  if (probe === undefined) return [];
  const handlers = [probe.exec, probe.httpGet, probe.tcpSocket, probe.grpc].filter(
    (handler) => handler !== undefined,
  );
  const numbers = [
    "initialDelaySeconds",
    "timeoutSeconds",
    "periodSeconds",
    "successThreshold",
    "failureThreshold",
  ] as const;
  return [
    ...(handlers.length === 0 ? [required(field, "must specify a handler type")] : []),
    ...numbers.flatMap((name) => {
      const value = probe[name];
      return value !== undefined && value < 0
        ? [invalid(`${field}.${name}`, value, "must be greater than or equal to 0")]
        : [];
    }),
  ];
}
