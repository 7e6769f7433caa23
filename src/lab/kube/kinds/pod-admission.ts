import type { Container, Pod, PodSpec, Toleration } from "kubernetes-types/core/v1";
import type { Random } from "../../../base/index.ts";
import { filled, type Loose } from "./loose.ts";
import { podQuality } from "./pod-quality.ts";
import type { AdmissionContext } from "./kind-definition.ts";

const LETTERS = "bcdfghjklmnpqrstvwxz2456789";
const TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
const TOLERATED_SECONDS = 300;

/** Priorities that every cluster has. */
const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  "system-cluster-critical": 2_000_000_000,
  "system-node-critical": 2_000_001_000,
};

/**
 * What the admission plugins of a cluster do to a new pod: its service account with a token volume,
 * its priority, 300 seconds of patience with nodes that are not ready, and its first status.
 */
export function admitPod(pod: Loose<Pod>, context: AdmissionContext): Loose<Pod> {
  const spec = withPatience(withPriority(withServiceAccount(pod, context), context));
  return {
    ...pod,
    spec,
    status: { phase: "Pending", qosClass: podQuality(spec) },
  };
}

/** Five characters that can follow a name, from the alphabet of `generateName`. */
export function nameSuffix(random: Random): string {
  return Array.from({ length: 5 }, () => LETTERS[random.below(LETTERS.length)] ?? "").join("");
}

function withServiceAccount(pod: Loose<Pod>, context: AdmissionContext): Loose<PodSpec> {
  const spec = pod.spec ?? {};
  // The mirror of a static pod may have no API tokens.
  if (pod.metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined) return spec;
  const name = spec.serviceAccountName ?? "default";
  const withName = { ...spec, serviceAccountName: name, serviceAccount: name };
  if (!wantsToken(pod, name, context)) return withName;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  if (containers.length > 0 && containers.every(hasTokenMount)) return withName;

  const volume = `kube-api-access-${nameSuffix(context.random)}`;
  const mount = { name: volume, readOnly: true, mountPath: TOKEN_PATH };
  const mounted = (list: readonly Loose<Container>[]): readonly Loose<Container>[] =>
    list.map((container) =>
      hasTokenMount(container)
        ? container
        : { ...container, volumeMounts: [...(container.volumeMounts ?? []), mount] },
    );
  return {
    ...withName,
    volumes: [...(spec.volumes ?? []), tokenVolume(volume)],
    ...(spec.containers === undefined ? {} : { containers: mounted(spec.containers) }),
    ...(spec.initContainers === undefined ? {} : { initContainers: mounted(spec.initContainers) }),
  };
}

function wantsToken(pod: Loose<Pod>, account: string, context: AdmissionContext): boolean {
  const own = pod.spec?.automountServiceAccountToken;
  if (own !== undefined) return own;
  const namespace = pod.metadata?.namespace;
  const found = context.lookUp?.({
    group: "",
    plural: "serviceaccounts",
    name: account,
    ...(namespace === undefined ? {} : { namespace }),
  });
  return found?.["automountServiceAccountToken"] !== false;
}

function hasTokenMount(container: Loose<Container>): boolean {
  return (container.volumeMounts ?? []).some((mount) => mount.mountPath === TOKEN_PATH);
}

function tokenVolume(name: string): NonNullable<Loose<PodSpec>["volumes"]>[number] {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [
              {
                path: "namespace",
                fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" },
              },
            ],
          },
        },
      ],
    },
  };
}

function withPriority(spec: Loose<PodSpec>, context: AdmissionContext): Loose<PodSpec> {
  const className = spec.priorityClassName ?? "";
  const found =
    className === ""
      ? undefined
      : context.lookUp?.({
          group: "scheduling.k8s.io",
          plural: "priorityclasses",
          name: className,
        });
  const value = found?.["value"];
  const policy = found?.["preemptionPolicy"];
  return filled(spec, {
    priority: SYSTEM_PRIORITIES[className] ?? (typeof value === "number" ? value : 0),
    preemptionPolicy: typeof policy === "string" ? policy : "PreemptLowerPriority",
  });
}

function withPatience(spec: Loose<PodSpec>): Loose<PodSpec> {
  const given = spec.tolerations ?? [];
  const added = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
    .filter((key) => !given.some((toleration) => toleratesEviction(toleration, key)))
    .map((key) => ({
      key,
      operator: "Exists",
      effect: "NoExecute",
      tolerationSeconds: TOLERATED_SECONDS,
    }));
  return added.length === 0 ? spec : { ...spec, tolerations: [...given, ...added] };
}

function toleratesEviction(toleration: Loose<Toleration>, key: string): boolean {
  const { key: own = "", effect = "" } = toleration;
  return (own === key || own === "") && (effect === "NoExecute" || effect === "");
}
