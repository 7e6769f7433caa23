import type { Pod } from "kubernetes-types/core/v1";
import { POD_UID_LABEL } from "./cri-view.ts";
import { podParts } from "./pod-view.ts";
import type { SandboxSpec } from "./runtime.ts";
import { isPrivileged } from "./security.ts";

/** What a sandbox depends on beside its pod. */
export interface SandboxPlace {
  readonly attempt: number;
  /** Empty when nothing is written. */
  readonly logsDir: string;
}

const HOSTNAME_MAX = 63;

/** The sandbox of a pod. */
export function sandboxSpec(pod: Pod, { attempt, logsDir }: SandboxPlace): SandboxSpec {
  const { name, namespace, uid, spec } = podParts(pod);
  const hostname = (spec.hostname ?? name).slice(0, HOSTNAME_MAX).replace(/[-.]+$/, "");
  const { dnsConfig } = spec;
  return {
    name,
    namespace,
    uid,
    attempt,
    hostname,
    host: {
      network: spec.hostNetwork === true,
      pid: spec.hostPID === true,
      ipc: spec.hostIPC === true,
    },
    sharedPid: spec.shareProcessNamespace === true,
    labels: {
      ...pod.metadata?.labels,
      "io.kubernetes.pod.name": name,
      "io.kubernetes.pod.namespace": namespace,
      [POD_UID_LABEL]: uid,
    },
    annotations: { ...pod.metadata?.annotations },
    dns: {
      servers: dnsConfig?.nameservers ?? [],
      searches: dnsConfig?.searches ?? [],
      options: (dnsConfig?.options ?? []).map(({ name: option, value }) =>
        value === undefined ? (option ?? "") : `${option ?? ""}:${value}`,
      ),
    },
    sysctls: Object.fromEntries(
      (spec.securityContext?.sysctls ?? []).map(({ name: key, value }) => [key, value]),
    ),
    privileged: isPrivileged(pod),
    logDir: logsDir === "" ? "" : `${logsDir}/${namespace}_${name}_${uid}`,
  };
}
