import { expect, test } from "vitest";
import { parseCidr } from "../../net/index.ts";
import { readCniDirectory } from "../cni-directories.ts";
import { readAgentConfig } from "../config.ts";
import { VARIABLES } from "../variables.ts";
import { isOwnVariable } from "./own-variable.ts";
import { UNUSED_VARIABLES } from "./unused-variables.ts";

const CUSTOM = { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true" };
const TEN_NINE = [parseCidr("10.9.0.0/16")];
const IPV6 = { ENABLE_IPv4: "false", ENABLE_IPv6: "true", ENABLE_PREFIX_DELEGATION: "true" };

/** Every variable of the VPC CNI v1.23, a value other than its default, and what that sets here. */
const HONOURED: readonly (readonly [
  name: string,
  value: string,
  want: object,
  env?: Record<string, string>,
])[] = [
  ["WARM_ENI_TARGET", "2", { warm: { enis: 2 } }],
  ["WARM_IP_TARGET", "+5", { warm: { ips: 5 } }],
  ["MINIMUM_IP_TARGET", "10", { warm: { minimumIps: 10 } }],
  ["WARM_PREFIX_TARGET", "2", { warm: { prefixes: 2 } }],
  ["MAX_ENI", "2", { maxEnis: 2 }],
  ["ENABLE_PREFIX_DELEGATION", "t", { prefixDelegation: true }],
  ["IP_COOLDOWN_PERIOD", "60", { cooldownMs: 60_000 }],
  ["AWS_MANAGE_ENIS_NON_SCHEDULABLE", "T", { onCordonedNodes: "growAndShrink" }],
  ["MANAGE_UNTAGGED_ENI", "f", { manageUntaggedEnis: false }],
  ["DISABLE_NETWORK_RESOURCE_PROVISIONING", "true", { provisioning: "off" }],
  ["ENABLE_IMDS_ONLY_MODE", "TRUE", { provisioning: "off", enisFrom: "metadata" }],
  ["DISABLE_LEAKED_ENI_CLEANUP", "True", { leakedEnis: "leave" }],
  ["ENABLE_SUBNET_DISCOVERY", "False", { subnetDiscovery: "off" }],
  [
    "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG",
    "1",
    { customNetworking: { label: "k8s.amazonaws.com/eniConfig" } },
  ],
  ["ENI_CONFIG_ANNOTATION_DEF", "a", { customNetworking: { annotation: "a" } }, CUSTOM],
  ["ENI_CONFIG_LABEL_DEF", "zone", { customNetworking: { label: "zone" } }, CUSTOM],
  ["CLUSTER_NAME", "prod", { clusterName: "prod" }],
  ["ADDITIONAL_ENI_TAGS", '{"team":"a"}', { additionalTags: { team: "a" } }],
  ["AWS_VPC_K8S_CNI_BACKING_STORE", "/x.json", { contract: { checkpointFile: "/x.json" } }],
  ["ENABLE_POD_ENI", "true", { podEnis: "on" }],
  ["ANNOTATE_POD_IP", "true", { podAddressAnnotation: "on" }],
  ["DISABLE_TCP_EARLY_DEMUX", "true", { host: { tcpEarlyDemux: "off" } }],
  ["DISABLE_POD_V6", "true", { podIpv6: "off" }],
  ["ENABLE_BANDWIDTH_PLUGIN", "true", { bandwidth: true }],
  ["AWS_VPC_ENI_MTU", "1500", { host: { eniMtu: 1500 }, podMtu: 1500 }],
  ["POD_MTU", "1400", { host: { eniMtu: 9001 }, podMtu: 1400 }],
  ["AWS_VPC_K8S_CNI_VETHPREFIX", "pod", { vethPrefix: "pod" }],
  ["AWS_VPC_K8S_CNI_EXTERNALSNAT", "true", { host: { snat: "external" } }],
  ["AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS", "10.9.0.1/16", { host: { snatExcludedCidrs: TEN_NINE } }],
  ["AWS_VPC_K8S_CNI_RANDOMIZESNAT", "hashrandom", { host: { snatPorts: "hashrandom" } }],
  ["AWS_EXTERNAL_SERVICE_CIDRS", "10.9.0.0/16", { host: { externalServiceCidrs: TEN_NINE } }],
  ["AWS_VPC_CNI_NODE_PORT_SUPPORT", "false", { host: { nodePorts: "unsupported" } }],
  ["AWS_VPC_K8S_CNI_CONNMARK", "0x100", { host: { connectionMark: 0x100 } }],
  ["MY_NODE_NAME", "node-a", { kubernetes: { node: "node-a" } }],
  ["MY_POD_NAME", "aws-node-x", { kubernetes: { pod: "aws-node-x" } }],
  ["CLUSTER_ENDPOINT", "https://k", { kubernetes: { endpoint: "https://k" } }],
  ["HTTP_TIMEOUT", "20", { requestTimeoutMs: 20_000 }],
  ["AWS_VPC_K8S_CNI_LOGLEVEL", "ERROR", { log: { level: "error" } }],
  ["AWS_VPC_K8S_CNI_LOG_FILE", "stderr", { log: { file: "stderr" } }],
  ["DISABLE_METRICS", "true", { contract: { metrics: undefined } }],
  ["DISABLE_INTROSPECTION", "true", { contract: { introspection: undefined } }],
  ["INTROSPECTION_BIND_ADDRESS", "unix:/s", { contract: { introspection: { path: "/s" } } }],
  ["ENABLE_V4_EGRESS", "false", { ipv6: { ipv4Egress: "off" } }, IPV6],
  ["HOST_CNI_CONFDIR_PATH", "/host/net.d", { cniConfDir: "/host/net.d" }],
];

const ROWS = HONOURED.map(([name, value, want, env = {}]) => ({ name, value, want, env }));

test.each(ROWS)("$name=$value is honoured", ({ name, value, want, env }) => {
  expect(readAgentConfig(env)).not.toMatchObject(want);
  expect(readAgentConfig({ ...env, [name]: value })).toMatchObject(want);
});

test("HOST_CNI_BIN_PATH is honoured by the installer", () => {
  expect(readCniDirectory({ HOST_CNI_BIN_PATH: "/host/bin" }, "bin")).toBe("/host/bin");
  expect(readCniDirectory({}, "bin")).toBe("/opt/cni/bin");
});

test("ENABLE_IPv4 and ENABLE_IPv6 are honoured together", () => {
  expect(readAgentConfig({ ENABLE_IPv4: "true" }).ipv6).toBeUndefined();
  expect(readAgentConfig(IPV6).ipv6).toEqual({ ipv4Egress: "on" });
});

/** Tested above by name, or refused below. */
const OTHERS = [
  "HOST_CNI_BIN_PATH",
  "ENABLE_IPv4",
  "ENABLE_IPv6",
  "ENABLE_V6_EGRESS",
  "ENABLE_MULTI_NIC",
];

test("there is a row for every variable that the agent shares with the VPC CNI", () => {
  const shared = Object.keys(VARIABLES).filter((name) => !isOwnVariable(name));
  expect([...HONOURED.map(([name]) => name), ...OTHERS].toSorted()).toEqual(shared.toSorted());
});

/** What a start of the VPC CNI v1.23 reads, its entry point, init container and metrics helper included. */
const STOCK =
  `WARM_ENI_TARGET WARM_IP_TARGET MINIMUM_IP_TARGET WARM_PREFIX_TARGET MAX_ENI ENABLE_PREFIX_DELEGATION
  IP_COOLDOWN_PERIOD AWS_MANAGE_ENIS_NON_SCHEDULABLE MANAGE_UNTAGGED_ENI DISABLE_NETWORK_RESOURCE_PROVISIONING
  ENABLE_IMDS_ONLY_MODE DISABLE_LEAKED_ENI_CLEANUP ENABLE_SUBNET_DISCOVERY ENABLE_MULTI_NIC
  AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG ENI_CONFIG_ANNOTATION_DEF ENI_CONFIG_LABEL_DEF CLUSTER_NAME
  ADDITIONAL_ENI_TAGS AWS_VPC_K8S_CNI_BACKING_STORE ENABLE_IPv4 ENABLE_IPv6 ENABLE_POD_ENI
  POD_SECURITY_GROUP_ENFORCING_MODE ANNOTATE_POD_IP NETWORK_POLICY_ENFORCING_MODE DISABLE_TCP_EARLY_DEMUX
  DISABLE_POD_V6 ENABLE_BANDWIDTH_PLUGIN ENABLE_V4_EGRESS ENABLE_V6_EGRESS AWS_VPC_ENI_MTU POD_MTU
  AWS_VPC_K8S_CNI_VETHPREFIX AWS_VPC_K8S_CNI_EXTERNALSNAT AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS
  AWS_VPC_K8S_CNI_RANDOMIZESNAT AWS_EXTERNAL_SERVICE_CIDRS AWS_VPC_CNI_NODE_PORT_SUPPORT AWS_VPC_K8S_CNI_CONNMARK
  MY_NODE_NAME MY_POD_NAME CLUSTER_ENDPOINT VPC_CNI_VERSION AWS_EC2_ENDPOINT HTTP_TIMEOUT AWS_VPC_K8S_CNI_LOGLEVEL
  AWS_VPC_K8S_CNI_LOG_FILE AWS_VPC_K8S_PLUGIN_LOG_FILE AWS_VPC_K8S_PLUGIN_LOG_LEVEL
  AWS_VPC_K8S_EGRESS_V4_PLUGIN_LOG_FILE AWS_VPC_K8S_EGRESS_V6_PLUGIN_LOG_FILE DISABLE_METRICS DISABLE_INTROSPECTION
  INTROSPECTION_BIND_ADDRESS HOST_CNI_BIN_PATH HOST_CNI_CONFDIR_PATH USE_CLOUDWATCH USE_PROMETHEUS
  METRIC_UPDATE_INTERVAL AWS_REGION AWS_CLUSTER_ID ENABLE_NFTABLES AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER`.split(
    /\s+/,
  );

test.each(STOCK)("%s of the VPC CNI is honoured, or known to have no effect", (name) => {
  const known = name in VARIABLES || name in UNUSED_VARIABLES;
  expect(known && !isOwnVariable(name)).toBe(true);
});

test("nothing else is said to be the VPC CNI's", () => {
  const said = [...Object.keys(VARIABLES), ...Object.keys(UNUSED_VARIABLES)];
  const theirs = said.filter((name) => !isOwnVariable(name));
  expect(theirs.toSorted()).toEqual(STOCK.toSorted());
});

test.each([
  { env: { ENABLE_IPv4: "true", ENABLE_IPv6: "true" }, named: ["ENABLE_IPv4", "ENABLE_IPv6"] },
  { env: { ENABLE_IPv4: "false" }, named: ["ENABLE_IPv4", "ENABLE_IPv6"] },
  {
    env: { ...IPV6, ENABLE_PREFIX_DELEGATION: "false" },
    named: ["ENABLE_IPv6", "ENABLE_PREFIX_DELEGATION"],
  },
  { env: { ...IPV6, ...CUSTOM }, named: ["ENABLE_IPv6", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"] },
  { env: { ...IPV6, AWS_VPC_ENI_MTU: "1279" }, named: ["ENABLE_IPv6", "AWS_VPC_ENI_MTU"] },
  { env: { ...IPV6, POD_MTU: "1279" }, named: ["ENABLE_IPv6", "POD_MTU"] },
  { env: { ENABLE_V6_EGRESS: "true" }, named: ["ENABLE_V6_EGRESS"] },
  { env: { ENABLE_MULTI_NIC: "true" }, named: ["ENABLE_MULTI_NIC"] },
  {
    env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "0" },
    named: [
      "ENABLE_PREFIX_DELEGATION",
      "WARM_PREFIX_TARGET",
      "WARM_IP_TARGET",
      "MINIMUM_IP_TARGET",
    ],
  },
  {
    env: { BERTH_CNI_CONF_DIR: "/a", HOST_CNI_CONFDIR_PATH: "/b" },
    named: ["BERTH_CNI_CONF_DIR", "HOST_CNI_CONFDIR_PATH"],
  },
])("$env can't be together, and the error names $named", ({ env, named }) => {
  let refusal: unknown;
  try {
    readAgentConfig(env);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toMatchObject({ fix: expect.stringMatching(/\.$/) as string });
  for (const name of named) expect((refusal as Error).message).toContain(name);
});

test.each([
  { env: { ENABLE_PREFIX_DELEGATION: "true" }, why: "WARM_PREFIX_TARGET is 1 by default" },
  {
    env: { ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "0", WARM_IP_TARGET: "1" },
    why: "one target is enough",
  },
  {
    env: { HOST_CNI_CONFDIR_PATH: "/a", BERTH_CNI_CONF_DIR: "/a" },
    why: "both names of one directory",
  },
])("$env is fine: $why", ({ env }) => {
  expect(() => readAgentConfig(env)).not.toThrow();
});
