import type { DaemonSet } from "kubernetes-types/apps/v1";
import type { Container, EnvVar, Volume, VolumeMount } from "kubernetes-types/core/v1";
import type { KubeObject } from "../../kube-client/index.ts";
import { formatIpv4 } from "../../net/index.ts";
import { EC2_ADDRESS } from "../fabric/router.ts";
import { AGENT_IMAGE } from "../image/lab-images.ts";
import { hostNetworkPod, KUBE_SYSTEM } from "./node-daemon.ts";

/** What the DaemonSet of the agent depends on. */
export interface AwsNodeOptions {
  /** The words that run Berth: a Node and the path of its command, absolute. */
  readonly berth: readonly [string, ...string[]];
  /** Directories of this machine that those words need, mounted as they are. */
  readonly sources: readonly string[];
  /** Where Node keeps what it has compiled, so that the next agent starts in half the time. */
  readonly compileCache: string;
  /** The compiled CNI plugin. */
  readonly relay: string;
  /** The settings of the lab file. */
  readonly env: Readonly<Record<string, string>>;
}

/** The settings that the released manifest of Amazon's VPC CNI v1.23 has, as far as Berth reads them. */
const MANIFEST_ENV: Readonly<Record<string, string>> = {
  ADDITIONAL_ENI_TAGS: "{}",
  ANNOTATE_POD_IP: "false",
  AWS_VPC_CNI_NODE_PORT_SUPPORT: "true",
  AWS_VPC_ENI_MTU: "9001",
  AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "false",
  AWS_VPC_K8S_CNI_EXTERNALSNAT: "false",
  AWS_VPC_K8S_CNI_RANDOMIZESNAT: "prng",
  AWS_VPC_K8S_CNI_VETHPREFIX: "eni",
  DISABLE_TCP_EARLY_DEMUX: "false",
  ENABLE_POD_ENI: "false",
  ENABLE_PREFIX_DELEGATION: "false",
  WARM_ENI_TARGET: "1",
  WARM_PREFIX_TARGET: "1",
};

/** The agent as on EKS: the DaemonSet `kube-system/aws-node` with its account and role. */
export function awsNode(options: AwsNodeOptions): KubeObject[] {
  const name = "aws-node";
  return [
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name, namespace: KUBE_SYSTEM, labels: { "k8s-app": name } },
    },
    clusterRole(name),
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
      subjects: [{ kind: "ServiceAccount", name, namespace: KUBE_SYSTEM }],
    } as KubeObject,
    daemonSet(name, options),
  ];
}

function clusterRole(name: string): KubeObject {
  const rule = (apiGroup: string, resources: string[], verbs: string[]): object => ({
    apiGroups: [apiGroup],
    resources,
    verbs,
  });
  const read = ["list", "watch", "get"];
  const role = {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name },
    rules: [
      rule("crd.k8s.amazonaws.com", ["eniconfigs"], read),
      rule("", ["namespaces"], read),
      rule("", ["pods"], [...read, "patch"]),
      rule("", ["nodes"], read),
      rule("", ["events"], ["create", "patch", "list"]),
      rule("vpcresources.k8s.aws", ["cninodes"], [...read, "patch"]),
    ],
  };
  return role;
}

function daemonSet(name: string, options: AwsNodeOptions): DaemonSet {
  const { volumes, mounts } = storage(options);
  const labels = { "k8s-app": name };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: { name, namespace: KUBE_SYSTEM, labels },
    spec: {
      selector: { matchLabels: labels },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
      template: {
        metadata: {
          labels,
          // The second is what kubectl before 1.21 knows.
          annotations: {
            "kubectl.kubernetes.io/default-container": name,
            "kubectl.kubernetes.io/default-logs-container": name,
          },
        },
        spec: {
          ...hostNetworkPod(name),
          initContainers: [installer(options, mounts)],
          containers: [agent(name, options, mounts)],
          volumes,
        },
      },
    },
  };
}

function installer({ relay }: AwsNodeOptions, volumeMounts: VolumeMount[]): Container {
  return {
    name: "aws-vpc-cni-init",
    image: AGENT_IMAGE,
    imagePullPolicy: "IfNotPresent",
    // A copy under another name first, so that a runtime finds the old plugin or the new one, never half of it.
    command: ["sh", "-c", 'cp "$0" "$1/.$2" && chmod 755 "$1/.$2" && mv "$1/.$2" "$1/$2"'],
    args: [relay, "/host/opt/cni/bin", "berth-cni"],
    resources: { requests: { cpu: "25m" } },
    securityContext: { privileged: true },
    volumeMounts,
  };
}

/** Asks the agent through the plugin itself, as a runtime would: it answers only when it can give addresses. */
const PROBE =
  'echo \'{"cniVersion":"1.1.0","name":"berth","type":"berth-cni"}\' | CNI_COMMAND=STATUS exec /host/opt/cni/bin/berth-cni';

function agent(name: string, options: AwsNodeOptions, volumeMounts: VolumeMount[]): Container {
  const { berth } = options;
  const exec = { command: ["sh", "-c", PROBE] };
  return {
    name,
    image: AGENT_IMAGE,
    imagePullPolicy: "IfNotPresent",
    command: [...berth, "agent"],
    env: environment(options),
    resources: { requests: { cpu: "25m" } },
    securityContext: { privileged: true },
    // Often while it starts, so that a roll-out goes on as soon as it can; rarely later, as each probe is a process.
    startupProbe: { exec, periodSeconds: 1, failureThreshold: 300, timeoutSeconds: 10 },
    readinessProbe: { exec, periodSeconds: 10, failureThreshold: 3, timeoutSeconds: 10 },
    volumeMounts,
  };
}

function environment({ compileCache, env }: AwsNodeOptions): EnvVar[] {
  const lab = {
    AWS_ENDPOINT_URL_EC2: `http://${formatIpv4(EC2_ADDRESS)}`,
    BERTH_CNI_CONF_DIR: "/host/etc/cni/net.d",
    BERTH_INTROSPECTION_SOCKET: "/var/run/berth/agent.sock",
    CLUSTER_NAME: "lab",
    NODE_COMPILE_CACHE: compileCache,
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  };
  const settings = Object.entries({ ...MANIFEST_ENV, ...lab, ...env });
  const field = (variable: string, fieldPath: string): EnvVar => ({
    name: variable,
    valueFrom: { fieldRef: { apiVersion: "v1", fieldPath } },
  });
  return [
    ...settings.map(([variable, value]) => ({ name: variable, value })),
    field("MY_NODE_NAME", "spec.nodeName"),
    field("MY_POD_NAME", "metadata.name"),
  ];
}

function storage({ sources, compileCache }: AwsNodeOptions): {
  volumes: Volume[];
  mounts: VolumeMount[];
} {
  const volumes: Volume[] = [];
  const mounts: VolumeMount[] = [];
  const add = (
    name: string,
    path: string,
    rest: Partial<VolumeMount> & { type?: string },
  ): void => {
    const { type = "DirectoryOrCreate", ...mount } = rest;
    volumes.push({ name, hostPath: { path, type } });
    mounts.push({ name, mountPath: path, ...mount });
  };
  add("usr", "/usr", { readOnly: true, type: "Directory" });
  sources.forEach((path, index) => {
    add(`berth-${index + 1}`, path, { readOnly: true, type: "Directory" });
  });
  add("compiled", compileCache, { type: "Directory" });
  // Namespaces of pods come and go; they have to be seen.
  add("netns", "/run/netns", { mountPropagation: "HostToContainer" });
  add("run-dir", "/var/run/berth", {});
  add("cni-bin-dir", "/opt/cni/bin", { mountPath: "/host/opt/cni/bin" });
  add("cni-net-dir", "/etc/cni/net.d", { mountPath: "/host/etc/cni/net.d" });
  return { volumes, mounts };
}
