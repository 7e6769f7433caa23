import { fileURLToPath } from "node:url";
import type { DaemonSet } from "kubernetes-types/apps/v1";
import type { Container, EnvVar, ExecAction, Volume, VolumeMount } from "kubernetes-types/core/v1";
import { invariant } from "../../base/index.ts";
import type { KubeObject } from "../../kube-client/index.ts";
import { formatIpv4 } from "../../net/index.ts";
import { EC2_ADDRESS } from "../fabric/router.ts";
import { AGENT_IMAGE } from "../image/lab-images.ts";
import { readManifest } from "./manifests.ts";

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

/** The manifests by which the agent is installed on any cluster. */
const DEPLOY = fileURLToPath(new URL("../../../deploy/agent/", import.meta.url));

/**
 * The agent as it is installed on any cluster, the DaemonSet `kube-system/aws-node` with its account and role, but for what is
 * inside: a lab's image is empty, and Berth's own sources and the machine's programs are mounted into it.
 */
export function awsNode(options: AwsNodeOptions): KubeObject[] {
  return readManifest(`${DEPLOY}aws-node.yaml`).map((object) =>
    object.kind === "DaemonSet" ? forLab(object as DaemonSet, options) : object,
  );
}

function forLab(daemonSet: DaemonSet, options: AwsNodeOptions): DaemonSet {
  const { spec } = daemonSet;
  const pod = spec?.template.spec;
  const [agent] = pod?.containers ?? [];
  const [installer] = pod?.initContainers ?? [];
  invariant(
    spec !== undefined && pod !== undefined && agent !== undefined && installer !== undefined,
    "the manifest has an agent and its installer",
  );
  const { volumes, mounts } = sources(options);
  return {
    ...daemonSet,
    spec: {
      ...spec,
      template: {
        ...spec.template,
        spec: {
          ...pod,
          initContainers: [withMounts(installerForLab(installer, options), mounts)],
          containers: [withMounts(agentForLab(agent, options), mounts)],
          volumes: [...(pod.volumes ?? []), ...volumes],
        },
      },
    },
  };
}

function installerForLab(installer: Container, { relay }: AwsNodeOptions): Container {
  return {
    ...installer,
    env: [],
    // What `berth install-cni` does, without starting a Node on every node of the lab. The renaming comes last: a runtime
    // finds the old plugin or the new one, never half of it.
    command: ["sh", "-c", 'cp "$0" "$1/.$2" && chmod 755 "$1/.$2" && mv "$1/.$2" "$1/$2"'],
    args: [relay, "/host/opt/cni/bin", "berth-cni"],
  };
}

function agentForLab(container: Container, options: AwsNodeOptions): Container {
  // Each probe is a process; a lab has many nodes on one machine, so that one kind has to be enough.
  const { startupProbe, readinessProbe } = container;
  const rest = { ...container };
  delete rest.livenessProbe;
  const exec: ExecAction = { command: ["sh", "-c", PROBE, options.relay] };
  return {
    ...rest,
    command: [...options.berth, "agent"],
    env: environment(container.env ?? [], options),
    startupProbe: { ...startupProbe, exec },
    readinessProbe: { ...readinessProbe, exec },
  };
}

/** Asks the agent through the plugin, as a runtime would: it answers only when it can give addresses. */
const PROBE =
  'echo \'{"cniVersion":"1.1.0","name":"berth","type":"berth-cni"}\' | CNI_COMMAND=STATUS exec "$0"';

function environment(manifest: EnvVar[], { compileCache, env }: AwsNodeOptions): EnvVar[] {
  const settings = {
    AWS_ENDPOINT_URL_EC2: `http://${formatIpv4(EC2_ADDRESS)}`,
    BERTH_INTROSPECTION_SOCKET: "/var/run/berth/agent.sock",
    CLUSTER_NAME: "lab",
    NODE_COMPILE_CACHE: compileCache,
    PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ...env,
  };
  return [
    ...manifest.filter(({ name }) => !(name in settings)),
    ...Object.entries(settings).map(([name, value]) => ({ name, value })),
  ];
}

function withMounts(container: Container, mounts: VolumeMount[]): Container {
  return {
    ...container,
    image: AGENT_IMAGE,
    imagePullPolicy: "IfNotPresent",
    volumeMounts: [...(container.volumeMounts ?? []), ...mounts],
  };
}

function sources({ sources: dirs, compileCache }: AwsNodeOptions): {
  volumes: Volume[];
  mounts: VolumeMount[];
} {
  const readOnly = {
    usr: "/usr",
    ...Object.fromEntries(dirs.map((dir, at) => [`berth-${at}`, dir])),
  };
  const volume = (name: string, path: string): Volume => ({
    name,
    hostPath: { path, type: "Directory" },
  });
  return {
    volumes: [
      ...Object.entries(readOnly).map(([name, path]) => volume(name, path)),
      volume("compiled", compileCache),
    ],
    mounts: [
      ...Object.entries(readOnly).map(([name, mountPath]) => ({ name, mountPath, readOnly: true })),
      { name: "compiled", mountPath: compileCache },
    ],
  };
}
