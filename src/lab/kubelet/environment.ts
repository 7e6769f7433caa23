import type { Container, EnvVar, Pod } from "kubernetes-types/core/v1";
import type { ConfigData, ConfigSource } from "./config-source.ts";
import { expand } from "./expand.ts";
import { podField, resourceField } from "./field-ref.ts";
import type { AllocatableNumbers } from "./node-resources.ts";

/** What an environment is made from. */
export interface EnvironmentParts {
  readonly pod: Pod;
  readonly container: Container;
  readonly node: AllocatableNumbers;
  readonly config: ConfigSource;
  /** Variables of services. The container's own win. */
  readonly services: ReadonlyMap<string, string>;
}

/** A container that can't be made because of what it names: `CreateContainerConfigError`. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** The environment of a container, in order. Rejects with a {@link ConfigError} when something named is missing. */
export async function containerEnvironment(
  parts: EnvironmentParts,
): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  for (const source of parts.container.envFrom ?? []) {
    for (const [name, value] of await sourceValues(parts, source)) {
      values.set(`${source.prefix ?? ""}${name}`, value);
    }
  }
  for (const variable of parts.container.env ?? []) {
    const value = await variableValue(parts, variable, values);
    if (value !== undefined) values.set(variable.name, value);
  }
  return new Map([...parts.services, ...values]);
}

type EnvSource = NonNullable<Container["envFrom"]>[number];

async function sourceValues(
  { pod, config }: EnvironmentParts,
  { configMapRef, secretRef }: EnvSource,
): Promise<ReadonlyMap<string, string>> {
  const namespace = pod.metadata?.namespace ?? "";
  if (configMapRef?.name !== undefined) {
    const found = await config.configMap(namespace, configMapRef.name);
    if (found !== undefined) return textOf(found);
    if (configMapRef.optional === true) return new Map();
    throw new ConfigError(`configmap "${configMapRef.name}" not found`);
  }
  if (secretRef?.name !== undefined) {
    const found = await config.secret(namespace, secretRef.name);
    if (found !== undefined) return textOf(found);
    if (secretRef.optional === true) return new Map();
    throw new ConfigError(`secret "${secretRef.name}" not found`);
  }
  return new Map();
}

async function variableValue(
  parts: EnvironmentParts,
  { name, value, valueFrom }: EnvVar,
  before: ReadonlyMap<string, string>,
): Promise<string | undefined> {
  if (valueFrom === undefined) {
    return expand(value ?? "", new Map([...parts.services, ...before]));
  }
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined) {
    return orThrow(
      podField(parts.pod, fieldRef.fieldPath),
      `unsupported fieldPath: ${fieldRef.fieldPath}`,
    );
  }
  if (resourceFieldRef !== undefined) {
    const { resource, divisor, containerName } = resourceFieldRef;
    const named = allContainers(parts.pod).find((each) => each.name === containerName);
    const found = resourceField(named ?? parts.container, { resource, divisor }, parts.node);
    return orThrow(found, `unsupported container resource : ${resource}`);
  }
  const namespace = parts.pod.metadata?.namespace ?? "";
  if (configMapKeyRef !== undefined) {
    const { name: map = "", key, optional } = configMapKeyRef;
    const data = await parts.config.configMap(namespace, map);
    return keyValue({
      data,
      key,
      optional,
      name: map,
      kind: "configmap",
      shown: "ConfigMap",
      namespace,
    });
  }
  if (secretKeyRef !== undefined) {
    const { name: secret = "", key, optional } = secretKeyRef;
    const data = await parts.config.secret(namespace, secret);
    return keyValue({
      data,
      key,
      optional,
      name: secret,
      kind: "secret",
      shown: "Secret",
      namespace,
    });
  }
  throw new ConfigError(`the environment variable ${name} has no source that is known`);
}

function textOf(data: ConfigData): ReadonlyMap<string, string> {
  return new Map([...data].map(([key, value]) => [key, value.toString()]));
}

interface KeyLookup {
  readonly data: ConfigData | undefined;
  readonly key: string;
  readonly optional: boolean | undefined;
  readonly name: string;
  readonly kind: "configmap" | "secret";
  readonly shown: "ConfigMap" | "Secret";
  readonly namespace: string;
}

function keyValue(lookup: KeyLookup): string | undefined {
  const { data, key, optional, name, kind, shown, namespace } = lookup;
  const value = data?.get(key);
  if (value !== undefined) return value.toString();
  if (optional === true) return undefined;
  throw new ConfigError(
    data === undefined
      ? `${kind} "${name}" not found`
      : `couldn't find key ${key} in ${shown} ${namespace}/${name}`,
  );
}

function allContainers({ spec }: Pod): Container[] {
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

function orThrow(value: string | undefined, message: string): string {
  if (value === undefined) throw new ConfigError(message);
  return value;
}

/** The variables by which every container finds the API server: those of the service `kubernetes`. */
export function apiServerVariables({
  host,
  port,
}: {
  host: string;
  port: number;
}): Map<string, string> {
  const url = `tcp://${host}:${port}`;
  const prefix = `KUBERNETES_PORT_${port}_TCP`;
  return new Map([
    ["KUBERNETES_SERVICE_HOST", host],
    ["KUBERNETES_SERVICE_PORT", String(port)],
    ["KUBERNETES_SERVICE_PORT_HTTPS", String(port)],
    ["KUBERNETES_PORT", url],
    [prefix, url],
    [`${prefix}_PROTO`, "tcp"],
    [`${prefix}_PORT`, String(port)],
    [`${prefix}_ADDR`, host],
  ]);
}
