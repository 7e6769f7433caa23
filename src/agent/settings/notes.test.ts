import { expect, test } from "vitest";
import { readAgentConfig } from "../config.ts";
import { VARIABLES } from "../variables.ts";
import { tellNotes } from "./tell-notes.ts";
import { UNUSED_VARIABLES } from "./unused-variables.ts";

const IPV6 = { ENABLE_IPv4: "false", ENABLE_IPv6: "true", ENABLE_PREFIX_DELEGATION: "true" };

const texts = (env: Record<string, string>): string[] =>
  readAgentConfig(env).notes.map(({ severity, text }) => `${severity}: ${text}`);

test.each([
  ["WARM_IP_TARGE", "WARM_IP_TARGET"],
  ["WARM_IPS_TARGET", "WARM_IP_TARGET"],
  ["WARM_ENI_TAGRET", "WARM_ENI_TARGET"],
  ["WRAM_IP_TARGET", "WARM_IP_TARGET"],
  ["warm_ip_target", "WARM_IP_TARGET"],
  ["MINIMUM_IP_TARGETS", "MINIMUM_IP_TARGET"],
  ["ENABLE_PREFIX_DELEGATE", "ENABLE_PREFIX_DELEGATION"],
  ["ENABLE_IPV6", "ENABLE_IPv6"],
  ["DISABLE_METRIC", "DISABLE_METRICS"],
  ["AWS_VPC_K8S_CNI_EXTERNAL_SNAT", "AWS_VPC_K8S_CNI_EXTERNALSNAT"],
  ["BERTH_POLCY", "BERTH_POLICY"],
  ["MAX_ENIS", "MAX_ENI"],
])("%s is taken for a misspelt %s", (misspelt, meant) => {
  expect(texts({ [misspelt]: "1" })).toEqual([
    `warn: ${misspelt} is not a setting of the agent, and has no effect; did you mean ${meant}?`,
  ]);
});

test("what begins as a setting of the agent and is like none of them is told too", () => {
  expect(texts({ BERTH_COFFEE_AND_CAKES_AT_FOUR: "yes" })).toEqual([
    "warn: BERTH_COFFEE_AND_CAKES_AT_FOUR is not a setting of the agent, and has no effect",
  ]);
});

test.each([
  "PATH",
  "HOME",
  "HOSTNAME",
  "NODE_OPTIONS",
  "NODE_COMPILE_CACHE",
  "AWS_ROLE_ARN",
  "AWS_DEFAULT_REGION",
  "AWS_ENDPOINT_URL",
  "AWS_STS_REGIONAL_ENDPOINTS",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "KUBERNETES_PORT",
  "KUBERNETES_SERVICE_PORT_HTTPS",
  "KUBERNETES_PORT_443_TCP_ADDR",
  "WARM_CACHE_SERVICE_HOST",
  "BERTH_PORT_80_TCP_PORT",
  "MY_POD_NAMESPACE",
  "MY_POD_IP",
  "ENABLE_COLOURS",
])("%s is none of the agent's business", (name) => {
  expect(texts({ [name]: "1" })).toEqual([]);
});

test.each(Object.entries(UNUSED_VARIABLES))(
  "%s is known, and a value that somebody may miss is told or refused",
  (variable, { why, values: [some = "something"] = [], quiet = [], refused = {} }) => {
    expect(Object.keys(VARIABLES)).not.toContain(variable);
    const values = quiet === "any" ? ["x"] : [...quiet, ""];
    for (const value of values) expect(texts({ [variable]: value })).toEqual([]);
    for (const value of Object.keys(refused))
      expect(() => texts({ [variable]: value.toUpperCase() })).toThrow(
        expect.objectContaining({
          code: "badSetting",
          facts: { variable, value: value.toUpperCase() },
        }),
      );
    if (quiet === "any" || quiet.includes(some)) return;
    expect(texts({ [variable]: some })).toEqual([
      `info: ${variable}=${some} is known, and has no effect in Berth because ${why}`,
    ]);
  },
);

test.each(["POD_SECURITY_GROUP_ENFORCING_MODE", "NETWORK_POLICY_ENFORCING_MODE"])(
  "%s is refused when the VPC CNI could not read it either",
  (variable) => {
    expect(() => texts({ [variable]: "lax" })).toThrow(/=lax can't be met: it must be one of /);
  },
);

test.each([
  {
    env: { WARM_ENI_TARGET: "2", WARM_IP_TARGET: "5" },
    text: "WARM_ENI_TARGET=2 has no effect because WARM_IP_TARGET or MINIMUM_IP_TARGET is set",
  },
  {
    env: { WARM_PREFIX_TARGET: "2", MINIMUM_IP_TARGET: "5", ENABLE_PREFIX_DELEGATION: "1" },
    text: "WARM_PREFIX_TARGET=2 has no effect because WARM_IP_TARGET or MINIMUM_IP_TARGET is set",
  },
  {
    env: { WARM_PREFIX_TARGET: "2" },
    text: "WARM_PREFIX_TARGET=2 has no effect because ENABLE_PREFIX_DELEGATION is not set",
  },
  {
    env: { ENI_CONFIG_LABEL_DEF: "topology.kubernetes.io/zone" },
    text: "ENI_CONFIG_LABEL_DEF=topology.kubernetes.io/zone has no effect because AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG is not set",
  },
  {
    env: { AWS_VPC_K8S_CNI_RANDOMIZESNAT: "none", AWS_VPC_K8S_CNI_EXTERNALSNAT: "true" },
    text: "AWS_VPC_K8S_CNI_RANDOMIZESNAT=none has no effect because AWS_VPC_K8S_CNI_EXTERNALSNAT leaves all translation to others",
  },
  {
    env: { ...IPV6, WARM_IP_TARGET: "5", WARM_ENI_TARGET: "1" },
    text: "WARM_IP_TARGET=5 has no effect because ENABLE_IPv6 gives the node one prefix, which never runs out",
  },
  {
    env: { ...IPV6, BERTH_STOCK_SOCKET: "/var/run/aws-node/ipamd.sock" },
    text: "BERTH_STOCK_SOCKET=/var/run/aws-node/ipamd.sock has no effect because the VPC CNI's plugin is served in IPv4 clusters only",
  },
  {
    env: { BERTH_ADD_WAIT_SECONDS: "3", BERTH_POLICY: "stock" },
    text: "BERTH_ADD_WAIT_SECONDS=3 has no effect because BERTH_POLICY is stock, under which a pod does not wait",
  },
])("$env: one overrules the other, and the log says so", ({ env, text }) => {
  expect(texts(env)).toEqual([`info: ${text}`]);
});

test("what overrules nothing is not told", () => {
  const env = { WARM_ENI_TARGET: "2", ENABLE_PREFIX_DELEGATION: "true", WARM_PREFIX_TARGET: "2" };
  expect(texts(env)).toEqual([]);
  expect(texts({ WARM_ENI_TARGET: "1", WARM_PREFIX_TARGET: "1", WARM_IP_TARGET: "5" })).toEqual([]);
});

test("notes become lines of the log, each at its severity", () => {
  const lines: unknown[] = [];
  const note = (severity: string) => (facts: unknown, text?: string) => {
    lines.push([severity, facts, text]);
  };
  tellNotes(readAgentConfig({ WARM_IP_TARGE: "5", ENABLE_NFTABLES: "false" }), {
    info: note("info"),
    warn: note("warn"),
  });
  expect(lines).toEqual([
    ["warn", { variable: "WARM_IP_TARGE", value: "5" }, expect.stringContaining("WARM_IP_TARGET?")],
    ["info", { variable: "ENABLE_NFTABLES", value: "false" }, expect.stringContaining("known")],
  ]);
});
