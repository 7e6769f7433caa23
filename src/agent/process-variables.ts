/** The agent's log, the APIs it asks, its files and its sockets. */
export const PROCESS_VARIABLES = {
  AWS_VPC_K8S_CNI_LOGLEVEL: {
    meaning: "least severity that is logged",
    difference: "the stock default is debug",
    kind: "word",
    choices: ["debug", "info", "warn", "error", "fatal"],
    default: "info",
  },
  AWS_VPC_K8S_CNI_LOG_FILE: {
    meaning: "where the log goes: stdout, stderr or a path",
    difference: "the stock default is /host/var/log/aws-routed-eni/ipamd.log",
    kind: "text",
    default: "stdout",
  },
  HTTP_TIMEOUT: {
    meaning: "seconds for one request to EC2",
    difference: "the stock plugin ignores less than 10",
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
  HOST_CNI_CONFDIR_PATH: {
    meaning: "the VPC CNI's name for BERTH_CNI_CONF_DIR",
    difference: "default /etc/cni/net.d, not /host/etc/cni/net.d",
    kind: "text",
    default: undefined,
  },
  HOST_CNI_BIN_PATH: {
    meaning: "the VPC CNI's name for BERTH_CNI_BIN_DIR",
    difference: "default /opt/cni/bin, not /host/opt/cni/bin",
    kind: "text",
    default: undefined,
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
  ENABLE_BANDWIDTH_PLUGIN: {
    meaning:
      "chain the standard bandwidth plugin, which limits pods by their annotations kubernetes.io/ingress-bandwidth and egress-bandwidth",
    difference: "the plugin has to be on the node; Berth does not install it",
    kind: "flag",
    default: false,
  },
  DISABLE_POD_V6: {
    meaning: "chain the standard tuning plugin, which disables IPv6 in pods",
    difference: "the plugin has to be on the node; Berth does not install it",
    kind: "flag",
    default: false,
  },
  BERTH_PORTMAP: {
    meaning: "chain the standard portmap plugin, which serves hostPort",
    kind: "flag",
    default: false,
  },
} as const;
