/** One environment variable of the agent. Its `kind` says which form it has and which limits apply. */
export type Variable = { readonly meaning: string } & (
  | {
      readonly kind: "integer";
      readonly min: number;
      readonly max: number;
      readonly default: number | undefined;
    }
  | { readonly kind: "flag"; readonly default: boolean }
  | { readonly kind: "word"; readonly choices: readonly string[]; readonly default: string }
  | { readonly kind: "text"; readonly default: string | undefined }
  | { readonly kind: "cidrs" }
  | { readonly kind: "tags" }
);

/**
 * Every variable that the agent reads. Those that Amazon's VPC CNI knows have its names and defaults, so that a
 * DaemonSet's settings can be taken over; where Berth's default differs, the meaning says so.
 */
export const VARIABLES = {
  BERTH_POLICY: {
    meaning: "whose rules size the pool: berth, or stock for those of Amazon's VPC CNI v1.23",
    kind: "word",
    choices: ["berth", "stock"],
    default: "berth",
  },
  WARM_ENI_TARGET: {
    meaning: "whole ENIs to keep free; ignored when an IP target is set",
    kind: "integer",
    min: 0,
    max: 10_000,
    default: 1,
  },
  WARM_IP_TARGET: {
    meaning: "free addresses to keep; 0 is not set",
    kind: "integer",
    min: 0,
    max: 10_000,
    default: 0,
  },
  MINIMUM_IP_TARGET: {
    meaning: "addresses to hold at least, free or not; 0 is not set",
    kind: "integer",
    min: 0,
    max: 10_000,
    default: 0,
  },
  WARM_PREFIX_TARGET: {
    meaning: "free /28 prefixes to keep, with prefix delegation",
    kind: "integer",
    min: 0,
    max: 10_000,
    default: 1,
  },
  ENABLE_PREFIX_DELEGATION: {
    meaning: "allocate /28 prefixes instead of single addresses (Nitro instances)",
    kind: "flag",
    default: false,
  },
  MAX_ENI: {
    meaning: "most ENIs to have, if lower than the instance type's limit",
    kind: "integer",
    min: 1,
    max: 10_000,
    default: undefined,
  },
  MAX_PODS: {
    meaning:
      "max pods while the node's object in Kubernetes does not say; without it ENIs x (addresses - 1) + 2",
    kind: "integer",
    min: 1,
    max: 10_000,
    default: undefined,
  },
  IP_COOLDOWN_PERIOD: {
    meaning: "seconds for which a freed address rests",
    kind: "integer",
    min: 0,
    max: 86_400,
    default: 30,
  },
  MANAGE_UNTAGGED_ENI: {
    meaning: "use ENIs without the tag node.k8s.amazonaws.com/instance_id too",
    kind: "flag",
    default: true,
  },
  AWS_MANAGE_ENIS_NON_SCHEDULABLE: {
    meaning: "let ENIs and addresses come and go on cordoned nodes too",
    kind: "flag",
    default: false,
  },
  AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: {
    meaning: "make ENIs in the subnet, and with the security groups, of the node's ENIConfig",
    kind: "flag",
    default: false,
  },
  ENI_CONFIG_ANNOTATION_DEF: {
    meaning: "annotation of the node that names its ENIConfig",
    kind: "text",
    default: "k8s.amazonaws.com/eniConfig",
  },
  ENI_CONFIG_LABEL_DEF: {
    meaning: "label of the node that names its ENIConfig, if the annotation does not",
    kind: "text",
    default: "k8s.amazonaws.com/eniConfig",
  },
  ENABLE_POD_ENI: {
    meaning: "ask the VPC resource controller for a trunk ENI, for security groups of pods",
    kind: "flag",
    default: false,
  },
  ANNOTATE_POD_IP: {
    meaning: "write each pod's address into its annotation vpc.amazonaws.com/pod-ips",
    kind: "flag",
    default: false,
  },
  MY_NODE_NAME: {
    meaning: "name of the node in Kubernetes; without it the agent does without Kubernetes",
    kind: "text",
    default: undefined,
  },
  MY_POD_NAME: {
    meaning: "name of the agent's own pod in kube-system, for events about it",
    kind: "text",
    default: undefined,
  },
  KUBERNETES_SERVICE_HOST: {
    meaning: "host of the Kubernetes API; the kubelet sets it",
    kind: "text",
    default: undefined,
  },
  KUBERNETES_SERVICE_PORT: {
    meaning: "port of the Kubernetes API; the kubelet sets it",
    kind: "text",
    default: undefined,
  },
  CLUSTER_ENDPOINT: {
    meaning: "URL of the Kubernetes API, if not at KUBERNETES_SERVICE_HOST",
    kind: "text",
    default: undefined,
  },
  KUBECONFIG: {
    meaning: "file that says how to reach the Kubernetes API, if not as the pod's service account",
    kind: "text",
    default: undefined,
  },
  CLUSTER_NAME: {
    meaning: "the cluster's name, for tags on ENIs",
    kind: "text",
    default: undefined,
  },
  ADDITIONAL_ENI_TAGS: { meaning: "JSON object of more tags for new ENIs", kind: "tags" },
  AWS_VPC_ENI_MTU: { meaning: "MTU of ENIs", kind: "integer", min: 576, max: 9001, default: 9001 },
  POD_MTU: {
    meaning: "MTU of pods; without it that of ENIs",
    kind: "integer",
    min: 576,
    max: 9001,
    default: undefined,
  },
  AWS_VPC_K8S_CNI_VETHPREFIX: {
    meaning: "begin of host veth names: 1 to 4 characters, not eth, vlan or lo",
    kind: "text",
    default: "eni",
  },
  AWS_VPC_K8S_CNI_EXTERNALSNAT: {
    meaning: "leave translation for destinations outside the VPC to a NAT gateway",
    kind: "flag",
    default: false,
  },
  AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: {
    meaning: "more IPv4 blocks to which the node does not translate, separated by commas",
    kind: "cidrs",
  },
  AWS_VPC_K8S_CNI_RANDOMIZESNAT: {
    meaning: "how source ports are chosen when translating",
    kind: "word",
    choices: ["prng", "hashrandom", "none"],
    default: "prng",
  },
  AWS_EXTERNAL_SERVICE_CIDRS: {
    meaning: "IPv4 blocks that pods always reach through the primary ENI, separated by commas",
    kind: "cidrs",
  },
  AWS_VPC_CNI_NODE_PORT_SUPPORT: {
    meaning: "send replies to NodePort connections back through the primary ENI",
    kind: "flag",
    default: true,
  },
  AWS_VPC_K8S_CNI_CONNMARK: {
    meaning: "packet mark for connections that belong to the primary ENI",
    kind: "integer",
    min: 1,
    max: 0xffff_ffff,
    default: 0x80,
  },
  DISABLE_TCP_EARLY_DEMUX: {
    meaning: "write 0 to net.ipv4.tcp_early_demux, for TCP probes of pods with branch ENIs",
    kind: "flag",
    default: false,
  },
  AWS_VPC_K8S_CNI_LOGLEVEL: {
    meaning: "least severity that is logged (Berth's default is info, not debug)",
    kind: "word",
    choices: ["debug", "info", "warn", "error", "fatal"],
    default: "info",
  },
  AWS_VPC_K8S_CNI_LOG_FILE: {
    meaning: "where the log goes: stdout, stderr or a path",
    kind: "text",
    default: "stdout",
  },
  HTTP_TIMEOUT: {
    meaning: "seconds for one request to EC2",
    kind: "integer",
    min: 1,
    max: 600,
    default: 10,
  },
  AWS_EC2_METADATA_SERVICE_ENDPOINT: {
    meaning: "where instance metadata is",
    kind: "text",
    default: "http://169.254.169.254",
  },
  AWS_ENDPOINT_URL_EC2: {
    meaning: "where EC2 is, if not at the Region's public endpoint",
    kind: "text",
    default: undefined,
  },
  BERTH_CNI_SOCKET: {
    meaning: "Unix socket on which the relay finds the agent",
    kind: "text",
    default: "/var/run/berth/cni.sock",
  },
  BERTH_CHECKPOINT_FILE: {
    meaning: "file that remembers which pod holds which address",
    kind: "text",
    default: "/var/run/berth/checkpoint.json",
  },
  BERTH_CNI_CONF_DIR: {
    meaning: "directory that gets the network list once the agent is ready",
    kind: "text",
    default: "/etc/cni/net.d",
  },
  BERTH_CNI_BIN_DIR: {
    meaning: "directory of CNI plugins into which berth install-cni copies berth-cni",
    kind: "text",
    default: "/opt/cni/bin",
  },
  BERTH_INTROSPECTION_SOCKET: {
    meaning: "Unix socket that answers HTTP questions about the pool; without it there is none",
    kind: "text",
    default: undefined,
  },
  BERTH_ADD_WAIT_SECONDS: {
    meaning:
      "how long a new pod waits for an address that is on its way before it is told to try again (policy berth)",
    kind: "integer",
    min: 0,
    max: 60,
    default: 8,
  },
  BERTH_PORTMAP: {
    meaning: "chain the standard portmap plugin, which serves hostPort",
    kind: "flag",
    default: false,
  },
} as const;

/** The name of a variable that the agent reads. */
export type VariableName = keyof typeof VARIABLES;
