import type { Container, Lifecycle, Probe } from "kubernetes-types/core/v1";
import { filled, type Loose } from "./loose.ts";
import { canonicalQuantity } from "./quantity.ts";

/** A container with what the server fills in, of a pod or of a template. */
export function defaultContainer(
  container: Loose<Container>,
  options: { hostNetwork: boolean },
): Loose<Container> {
  const { livenessProbe, readinessProbe, startupProbe, lifecycle, env, ports } = container;
  return {
    ...filled(container, {
      imagePullPolicy: pullPolicyOf(container.image ?? ""),
      terminationMessagePath: "/dev/termination-log",
      terminationMessagePolicy: "File",
    }),
    resources: canonicalResources(container.resources),
    ...(livenessProbe === undefined ? {} : { livenessProbe: defaultProbe(livenessProbe) }),
    ...(readinessProbe === undefined ? {} : { readinessProbe: defaultProbe(readinessProbe) }),
    ...(startupProbe === undefined ? {} : { startupProbe: defaultProbe(startupProbe) }),
    ...(lifecycle === undefined ? {} : { lifecycle: defaultLifecycle(lifecycle) }),
    ...(env === undefined ? {} : { env: env.map(defaultEnv) }),
    ...(ports === undefined
      ? {}
      : {
          ports: ports.map((port) =>
            filled(port, {
              protocol: "TCP",
              ...(options.hostNetwork ? { hostPort: port.containerPort } : {}),
            }),
          ),
        }),
  };
}

/** `Always` for images named `…:latest` or without a tag, else `IfNotPresent`. */
export function pullPolicyOf(image: string): "Always" | "IfNotPresent" {
  if (image.includes("@")) return "IfNotPresent";
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === "latest" ? "Always" : "IfNotPresent";
}

/** The container's requests, which are its limits where it names none; of pods, not of templates. */
export function requestsFromLimits(container: Loose<Container>): Loose<Container> {
  const limits = container.resources?.limits;
  if (limits === undefined) return container;
  return {
    ...container,
    resources: {
      ...container.resources,
      requests: { ...limits, ...container.resources?.requests },
    },
  };
}

type Resources = Loose<Container>["resources"];
type Amounts = Readonly<Record<string, string | undefined>>;

function canonicalResources(resources: Resources): Resources {
  const canonical = (amounts: Amounts): Amounts =>
    Object.fromEntries(
      Object.entries(amounts).map(([name, amount]) => [name, canonicalQuantity(amount ?? "0")]),
    );
  const { limits, requests } = resources ?? {};
  return {
    ...resources,
    ...(limits === undefined ? {} : { limits: canonical(limits) }),
    ...(requests === undefined ? {} : { requests: canonical(requests) }),
  };
}

function defaultProbe(probe: Loose<Probe>): Loose<Probe> {
  return {
    ...filled(probe, {
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    }),
    ...(probe.httpGet === undefined
      ? {}
      : { httpGet: filled(probe.httpGet, { path: "/", scheme: "HTTP" }) }),
    ...(probe.grpc === undefined ? {} : { grpc: filled(probe.grpc, { service: "" }) }),
  };
}

function defaultLifecycle(lifecycle: Loose<Lifecycle>): Loose<Lifecycle> {
  const handler = (hook: Loose<Lifecycle>["postStart"]): Loose<Lifecycle>["postStart"] =>
    hook?.httpGet === undefined
      ? hook
      : { ...hook, httpGet: filled(hook.httpGet, { path: "/", scheme: "HTTP" }) };
  return {
    ...lifecycle,
    ...(lifecycle.postStart === undefined ? {} : { postStart: handler(lifecycle.postStart) }),
    ...(lifecycle.preStop === undefined ? {} : { preStop: handler(lifecycle.preStop) }),
  };
}

type Env = NonNullable<Loose<Container>["env"]>[number];

function defaultEnv(entry: Env): Env {
  const fieldRef = entry.valueFrom?.fieldRef;
  if (fieldRef === undefined) return entry;
  return {
    ...entry,
    valueFrom: { ...entry.valueFrom, fieldRef: filled(fieldRef, { apiVersion: "v1" }) },
  };
}
