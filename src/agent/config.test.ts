import { describe, expect, test } from "vitest";
import { BerthError } from "../base/index.ts";
import { parseCidr } from "../net/index.ts";
import { readAgentConfig } from "./config.ts";
import { settingsFor } from "./pool-settings.ts";
import { LIMITS } from "./tiny-instance.ts";
import { VARIABLES } from "./variables.ts";
import type { Variable } from "./variable.ts";

const variables: Readonly<Record<string, Variable>> = VARIABLES;

test("an empty environment gives the defaults of the VPC CNI, and Berth's own", () => {
  expect(readAgentConfig({})).toEqual({
    ipv6: undefined,
    provisioning: "on",
    enisFrom: "ec2",
    policy: "berth",
    warm: { enis: 1, ips: 0, minimumIps: 0, prefixes: 1 },
    prefixDelegation: false,
    prefixFallback: true,
    maxEnis: undefined,
    maxPods: undefined,
    cooldownMs: 30_000,
    manageUntaggedEnis: true,
    clusterName: undefined,
    additionalTags: {},
    customNetworking: undefined,
    subnetDiscovery: "on",
    leakedEnis: "delete",
    onCordonedNodes: "standStill",
    podEnis: "off",
    podAddressAnnotation: "off",
    kubernetes: {
      node: undefined,
      pod: undefined,
      serviceHost: undefined,
      servicePort: undefined,
      endpoint: undefined,
      kubeconfig: undefined,
    },
    host: {
      eniMtu: 9001,
      snat: "node",
      snatExcludedCidrs: [],
      snatPorts: "prng",
      externalServiceCidrs: [],
      nodePorts: "supported",
      connectionMark: 0x80,
      tcpEarlyDemux: "on",
    },
    podMtu: 9001,
    vethPrefix: "eni",
    log: { level: "info", file: "stdout" },
    requestTimeoutMs: 10_000,
    metadataEndpoint: "http://169.254.169.254",
    ec2Endpoint: undefined,
    cniSocket: "/var/run/berth/cni.sock",
    checkpointFile: "/var/run/berth/checkpoint.json",
    cniConfDir: "/etc/cni/net.d",
    introspectionSocket: undefined,
    contract: {
      checkpointFile: "/var/run/aws-node/ipam.json",
      socket: undefined,
      clientVersion: undefined,
      metrics: { port: 61678 },
      introspection: { host: "127.0.0.1", port: 61679 },
    },
    addWaitMs: 8_000,
    portmap: false,
    bandwidth: false,
    podIpv6: "on",
    notes: [],
  });
});

test("an empty value is one that is not set", () => {
  const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, " "]));
  expect(readAgentConfig(empty)).toEqual(readAgentConfig({}));
});

test.each([
  { env: { BERTH_POLICY: "STOCK" }, want: { policy: "stock" } },
  {
    env: { WARM_IP_TARGET: "+2", MINIMUM_IP_TARGET: "10" },
    want: { warm: { ips: 2, minimumIps: 10 } },
  },
  { env: { MAX_ENI: "2", MAX_PODS: "29" }, want: { maxEnis: 2, maxPods: 29 } },
  { env: { IP_COOLDOWN_PERIOD: "0" }, want: { cooldownMs: 0 } },
  { env: { AWS_VPC_K8S_CNI_EXTERNALSNAT: "T" }, want: { host: { snat: "external" } } },
  { env: { AWS_VPC_CNI_NODE_PORT_SUPPORT: "False" }, want: { host: { nodePorts: "unsupported" } } },
  { env: { DISABLE_TCP_EARLY_DEMUX: "1" }, want: { host: { tcpEarlyDemux: "off" } } },
  { env: { AWS_VPC_K8S_CNI_CONNMARK: "0x100" }, want: { host: { connectionMark: 256 } } },
  { env: { AWS_VPC_K8S_CNI_CONNMARK: "+0X1F" }, want: { host: { connectionMark: 31 } } },
  { env: { AWS_VPC_K8S_CNI_CONNMARK: "0o17" }, want: { host: { connectionMark: 15 } } },
  { env: { AWS_VPC_K8S_CNI_CONNMARK: "017" }, want: { host: { connectionMark: 15 } } },
  { env: { AWS_VPC_K8S_CNI_CONNMARK: "0b101" }, want: { host: { connectionMark: 5 } } },
  { env: { AWS_VPC_K8S_CNI_CONNMARK: "128" }, want: { host: { connectionMark: 128 } } },
  { env: { WARM_IP_TARGET: "010" }, want: { warm: { ips: 10 } } },
  { env: { AWS_VPC_K8S_CNI_LOGLEVEL: "Debug" }, want: { log: { level: "debug" } } },
  { env: { AWS_VPC_ENI_MTU: "1500" }, want: { podMtu: 1500, host: { eniMtu: 1500 } } },
  { env: { AWS_VPC_ENI_MTU: "1500", POD_MTU: "1400" }, want: { podMtu: 1400 } },
  { env: { ADDITIONAL_ENI_TAGS: '{"team":"a"}' }, want: { additionalTags: { team: "a" } } },
  {
    env: { AWS_VPC_K8S_CNI_EXCLUDE_SNAT_CIDRS: " 10.1.0.0/16, fd00::/8, 10.2.0.1/16 ," },
    want: { host: { snatExcludedCidrs: [parseCidr("10.1.0.0/16"), parseCidr("10.2.0.0/16")] } },
  },
])("$env is read", ({ env, want }) => {
  expect(readAgentConfig(env)).toMatchObject(want);
});

test.each([
  { env: { WARM_IP_TARGET: "-1" }, allowed: "a whole number from 0 to 10000" },
  { env: { WARM_ENI_TARGET: "one" }, allowed: "a whole number" },
  { env: { MAX_ENI: "0" }, allowed: "from 1 to" },
  { env: { WARM_IP_TARGET: "0x10" }, allowed: "a whole number" },
  { env: { AWS_VPC_K8S_CNI_CONNMARK: "-0x1" }, allowed: "from 1 to 4294967295" },
  { env: { AWS_VPC_K8S_CNI_CONNMARK: "089" }, allowed: "from 1 to 4294967295" },
  { env: { MINIMUM_IP_TARGET: "1.5" }, allowed: "a whole number" },
  { env: { IP_COOLDOWN_PERIOD: "30s" }, allowed: "from 0 to 86400" },
  { env: { AWS_VPC_ENI_MTU: "9002" }, allowed: "from 576 to 9001" },
  { env: { AWS_VPC_K8S_CNI_CONNMARK: "0x1ffffffff" }, allowed: "from 1 to 4294967295" },
  { env: { AWS_VPC_K8S_CNI_EXTERNALSNAT: "yes" }, allowed: "true or false" },
  { env: { BERTH_POLICY: "mine" }, allowed: "one of berth, stock" },
  { env: { AWS_VPC_K8S_CNI_RANDOMIZESNAT: "random" }, allowed: "one of prng, hashrandom, none" },
  { env: { AWS_VPC_K8S_CNI_VETHPREFIX: "fives" }, allowed: "1 to 4 letters" },
  { env: { AWS_VPC_K8S_CNI_VETHPREFIX: "eth" }, allowed: "not eth, vlan or lo" },
  { env: { AWS_EXTERNAL_SERVICE_CIDRS: "10.0.0.0" }, allowed: "IPv4 blocks" },
  { env: { ADDITIONAL_ENI_TAGS: "{" }, allowed: "a JSON object of texts" },
  { env: { ADDITIONAL_ENI_TAGS: "[]" }, allowed: "a JSON object of texts" },
  { env: { ADDITIONAL_ENI_TAGS: '{"a":1}' }, allowed: "a JSON object of texts" },
  { env: { ADDITIONAL_ENI_TAGS: '{"x.k8s.amazonaws.com/a":"b"}' }, allowed: "keys without" },
])("$env is refused, and the error names the variable", ({ env, allowed }) => {
  const [name = ""] = Object.keys(env);
  let refusal: unknown;
  try {
    readAgentConfig(env);
  } catch (error) {
    refusal = error;
  }
  expect(refusal).toBeInstanceOf(BerthError);
  expect(refusal).toMatchObject({ code: "badSetting", facts: { variable: name } });
  expect((refusal as BerthError).message).toContain(`${name}=`);
  expect((refusal as BerthError).message).toContain(allowed);
});

test.each(Object.entries(variables))("%s says what it means", (_name, { meaning }) => {
  expect(meaning).toMatch(/^[A-Za-z]/);
  expect(meaning).not.toMatch(/\.$/);
});

describe("the pool's settings", () => {
  test("come from the limits, and MAX_ENI lowers them", () => {
    const settings = settingsFor(readAgentConfig({ MAX_ENI: "2" }), {
      limits: LIMITS,
      unmanagedEnis: 1,
    });
    expect(settings).toMatchObject({
      maxEnis: 2,
      slotsPerEni: 9,
      maxPods: 29,
      unmanagedEnis: 1,
      unit: "address",
    });
  });

  test("R-PD-3: prefixes are used only where the instance takes them", () => {
    const config = readAgentConfig({ ENABLE_PREFIX_DELEGATION: "true" });
    expect(settingsFor(config, { limits: LIMITS, unmanagedEnis: 0 }).unit).toBe("prefix");
    const limits = { ...LIMITS, prefixes: false };
    expect(settingsFor(config, { limits, unmanagedEnis: 0 }).unit).toBe("address");
  });
});
