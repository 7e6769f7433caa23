/** How the node's and the pods' networks are set up. */
export const NETWORK_VARIABLES = {
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
    base: "prefix",
  },
  DISABLE_TCP_EARLY_DEMUX: {
    meaning: "write 0 to net.ipv4.tcp_early_demux, for TCP probes of pods with branch ENIs",
    difference: "set it on the agent, not on the init container",
    kind: "flag",
    default: false,
  },
} as const;
