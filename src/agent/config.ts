import { VETH_PREFIX_MAX_LENGTH } from "../cni/index.ts";
import { RESERVED_TAG_KEY_PART } from "../facts/index.ts";
import type { Cidr } from "../net/index.ts";
import type { PoolPolicy } from "../pool/index.ts";
import { readCniDirectory } from "./cni-directories.ts";
import { readContract } from "./contract-config.ts";
import type { ContractConfig } from "./contract-config.ts";
import { findConflict } from "./settings/conflicts.ts";
import { variableNotes } from "./settings/notes.ts";
import type { VariableNote } from "./settings/variable-note.ts";
import { readModes } from "./modes.ts";
import type { Modes } from "./modes.ts";
import { badSetting, newVariableReader } from "./variable-reader.ts";
import type { Environment, VariableReader } from "./variable-reader.ts";

/** Everything that can be set about an agent, complete and checked. Each field's variable is in `VARIABLES`. */
export interface AgentConfig extends Modes {
  readonly policy: PoolPolicy;
  readonly warm: WarmTargets;
  readonly prefixDelegation: boolean;
  /** Whether single addresses stand in for prefixes that EC2 does not have; policy `berth` alone. */
  readonly prefixFallback: boolean;
  /** Undefined: the instance type's limit alone. */
  readonly maxEnis: number | undefined;
  /** Undefined: what the instance type can carry. */
  readonly maxPods: number | undefined;
  readonly cooldownMs: number;
  readonly manageUntaggedEnis: boolean;
  readonly clusterName: string | undefined;
  /** Undefined: ENIs are made in the subnet of the primary one. */
  readonly customNetworking: CustomNetworking | undefined;
  /** Whether ENIs are also made in other subnets, and subnets can be closed to pods, by tags. */
  readonly subnetDiscovery: "on" | "off";
  /** What becomes of ENIs of the cluster's agents that nothing uses. */
  readonly leakedEnis: "delete" | "leave";
  /** Whether ENIs and addresses come and go on cordoned nodes too. */
  readonly onCordonedNodes: "growAndShrink" | "standStill";
  readonly podEnis: "on" | "off";
  readonly podAddressAnnotation: "on" | "off";
  readonly kubernetes: KubernetesConfig;
  readonly additionalTags: Readonly<Record<string, string>>;
  readonly host: HostConfig;
  readonly podMtu: number;
  readonly vethPrefix: string;
  readonly log: LogConfig;
  readonly requestTimeoutMs: number;
  readonly metadataEndpoint: string;
  /** Undefined: the Region's public endpoint. */
  readonly ec2Endpoint: string | undefined;
  readonly cniSocket: string;
  readonly checkpointFile: string;
  readonly cniConfDir: string;
  readonly introspectionSocket: string | undefined;
  readonly contract: ContractConfig;
  readonly addWaitMs: number;
  readonly portmap: boolean;
  readonly bandwidth: boolean;
  readonly podIpv6: "on" | "off";
  /** What the agent says about its environment at a start: settings that have no effect, and why. */
  readonly notes: readonly VariableNote[];
}

/** Where the name of the node's ENIConfig is looked for. */
export interface CustomNetworking {
  readonly annotation: string;
  readonly label: string;
}

/** How the agent finds the Kubernetes API, and itself in it. */
export interface KubernetesConfig {
  /** Undefined: the agent does without Kubernetes. */
  readonly node: string | undefined;
  /** The agent's own pod, in kube-system. */
  readonly pod: string | undefined;
  /** What the kubelet tells the pods of a cluster. */
  readonly serviceHost: string | undefined;
  readonly servicePort: string | undefined;
  /** In place of the host of the service account's access. */
  readonly endpoint: string | undefined;
  /** In place of the service account. */
  readonly kubeconfig: string | undefined;
}

/** How much to keep ready; 0 for an IP target means that it is not set. */
export interface WarmTargets {
  readonly enis: number;
  readonly ips: number;
  readonly minimumIps: number;
  readonly prefixes: number;
}

/** How the node's own network is set up. */
export interface HostConfig {
  readonly eniMtu: number;
  /** `external`: a NAT gateway translates, the node does not. */
  readonly snat: "node" | "external";
  readonly snatExcludedCidrs: readonly Cidr[];
  readonly snatPorts: "prng" | "hashrandom" | "none";
  readonly externalServiceCidrs: readonly Cidr[];
  readonly nodePorts: "supported" | "unsupported";
  readonly connectionMark: number;
  readonly tcpEarlyDemux: "on" | "off";
}

/** What is logged, and where to: `stdout`, `stderr` or a path. */
export interface LogConfig {
  readonly level: "debug" | "info" | "warn" | "error" | "fatal";
  readonly file: string;
}

const RESERVED_VETH_PREFIXES = new Set(["eth", "vlan", "lo"]);

/**
 * Reads the agent's settings. Throws BerthError `badSetting`, which names the variable, for a value that can't be, and
 * `settingsConflict` for values that can't be together: a typing error must not quietly become the default.
 */
export function readAgentConfig(env: Environment): AgentConfig {
  const settings = readSettings(env);
  const conflict = findConflict(settings);
  if (conflict !== undefined) throw conflict;
  const { policy, warm, prefixDelegation, customNetworking, host, ipv6 } = settings;
  const notes = variableNotes(env, {
    policy,
    ipTarget: warm.ips > 0 || warm.minimumIps > 0 ? "set" : "unset",
    prefixDelegation,
    customNetworking: customNetworking !== undefined,
    externalSnat: host.snat === "external",
    ipv6: ipv6 !== undefined,
  });
  return { ...settings, notes };
}

function readSettings(env: Environment): Omit<AgentConfig, "notes"> {
  const read = newVariableReader(env);
  const host = readHost(read);
  return {
    ...readModes(read),
    policy: read.word("BERTH_POLICY"),
    warm: {
      enis: read.integer("WARM_ENI_TARGET"),
      ips: read.integer("WARM_IP_TARGET"),
      minimumIps: read.integer("MINIMUM_IP_TARGET"),
      prefixes: read.integer("WARM_PREFIX_TARGET"),
    },
    prefixDelegation: read.flag("ENABLE_PREFIX_DELEGATION"),
    prefixFallback: read.flag("BERTH_PREFIX_FALLBACK"),
    maxEnis: read.integer("MAX_ENI"),
    maxPods: read.integer("MAX_PODS"),
    cooldownMs: read.integer("IP_COOLDOWN_PERIOD") * 1000,
    manageUntaggedEnis: read.flag("MANAGE_UNTAGGED_ENI"),
    clusterName: read.text("CLUSTER_NAME"),
    additionalTags: readTags(read),
    customNetworking: readCustomNetworking(read),
    subnetDiscovery: read.flag("ENABLE_SUBNET_DISCOVERY") ? "on" : "off",
    leakedEnis: read.flag("DISABLE_LEAKED_ENI_CLEANUP") ? "leave" : "delete",
    onCordonedNodes: read.flag("AWS_MANAGE_ENIS_NON_SCHEDULABLE") ? "growAndShrink" : "standStill",
    podEnis: read.flag("ENABLE_POD_ENI") ? "on" : "off",
    podAddressAnnotation: read.flag("ANNOTATE_POD_IP") ? "on" : "off",
    kubernetes: {
      node: read.text("MY_NODE_NAME"),
      pod: read.text("MY_POD_NAME"),
      serviceHost: read.text("KUBERNETES_SERVICE_HOST"),
      servicePort: read.text("KUBERNETES_SERVICE_PORT"),
      endpoint: read.text("CLUSTER_ENDPOINT"),
      kubeconfig: read.text("KUBECONFIG"),
    },
    host,
    podMtu: read.integer("POD_MTU") ?? host.eniMtu,
    vethPrefix: readVethPrefix(read),
    log: {
      level: read.word("AWS_VPC_K8S_CNI_LOGLEVEL"),
      file: read.text("AWS_VPC_K8S_CNI_LOG_FILE"),
    },
    requestTimeoutMs: read.integer("HTTP_TIMEOUT") * 1000,
    metadataEndpoint: read.text("AWS_EC2_METADATA_SERVICE_ENDPOINT"),
    ec2Endpoint: read.text("AWS_ENDPOINT_URL_EC2"),
    cniSocket: read.text("BERTH_CNI_SOCKET"),
    checkpointFile: read.text("BERTH_CHECKPOINT_FILE"),
    cniConfDir: readCniDirectory(env, "conf"),
    introspectionSocket: read.text("BERTH_INTROSPECTION_SOCKET"),
    contract: readContract(read),
    addWaitMs: read.integer("BERTH_ADD_WAIT_SECONDS") * 1000,
    portmap: read.flag("BERTH_PORTMAP"),
    bandwidth: read.flag("ENABLE_BANDWIDTH_PLUGIN"),
    podIpv6: read.flag("DISABLE_POD_V6") ? "off" : "on",
  };
}

function readCustomNetworking(read: VariableReader): CustomNetworking | undefined {
  if (!read.flag("AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG")) return undefined;
  return {
    annotation: read.text("ENI_CONFIG_ANNOTATION_DEF"),
    label: read.text("ENI_CONFIG_LABEL_DEF"),
  };
}

function readHost(read: VariableReader): HostConfig {
  return {
    eniMtu: read.integer("AWS_VPC_ENI_MTU"),
    snat: read.flag("AWS_VPC_K8S_CNI_EXTERNALSNAT") ? "external" : "node",
    snatExcludedCidrs: read.cidrs("AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS"),
    snatPorts: read.word("AWS_VPC_K8S_CNI_RANDOMIZESNAT"),
    externalServiceCidrs: read.cidrs("AWS_EXTERNAL_SERVICE_CIDRS"),
    nodePorts: read.flag("AWS_VPC_CNI_NODE_PORT_SUPPORT") ? "supported" : "unsupported",
    connectionMark: read.integer("AWS_VPC_K8S_CNI_CONNMARK"),
    tcpEarlyDemux: read.flag("DISABLE_TCP_EARLY_DEMUX") ? "off" : "on",
  };
}

function readVethPrefix(read: VariableReader): string {
  const prefix = read.text("AWS_VPC_K8S_CNI_VETHPREFIX");
  const fits = prefix.length <= VETH_PREFIX_MAX_LENGTH && /^[A-Za-z0-9_.-]+$/.test(prefix);
  if (!fits || RESERVED_VETH_PREFIXES.has(prefix)) {
    const allowed = "1 to 4 letters, digits, dots, dashes or underscores, and not eth, vlan or lo";
    throw badSetting("AWS_VPC_K8S_CNI_VETHPREFIX", prefix, allowed);
  }
  return prefix;
}

function readTags(read: VariableReader): Readonly<Record<string, string>> {
  const tags = read.tags("ADDITIONAL_ENI_TAGS");
  const reserved = Object.keys(tags).find((key) => key.includes(RESERVED_TAG_KEY_PART));
  if (reserved !== undefined) {
    throw badSetting("ADDITIONAL_ENI_TAGS", reserved, `keys without "${RESERVED_TAG_KEY_PART}"`);
  }
  return tags;
}
