import { describe, expect, test } from "vitest";
import { BerthError } from "../base/index.ts";
import { readAgentConfig } from "./config.ts";
import { requireNitro } from "./modes.ts";
import { LIMITS } from "./tiny-instance.ts";
import type { Environment } from "./variable-reader.ts";

const IPV6 = { ENABLE_IPv4: "false", ENABLE_IPv6: "true", ENABLE_PREFIX_DELEGATION: "true" };

describe("the modes", () => {
  test("of an IPv6 cluster", () => {
    expect(readAgentConfig(IPV6).ipv6).toEqual({ ipv4Egress: "on" });
    const without = readAgentConfig({ ...IPV6, ENABLE_V4_EGRESS: "false" });
    expect(without.ipv6).toEqual({ ipv4Egress: "off" });
  });

  test.each<[Environment, string, string]>([
    [{ DISABLE_NETWORK_RESOURCE_PROVISIONING: "true" }, "off", "ec2"],
    [{ ENABLE_IMDS_ONLY_MODE: "true" }, "off", "metadata"],
    [{}, "on", "ec2"],
  ])("of %j: provisioning %s, ENIs from %s", (env, provisioning, enisFrom) => {
    expect(readAgentConfig(env)).toMatchObject({ provisioning, enisFrom });
  });

  test.each<[string, Environment, string[]]>([
    ["no family", { ENABLE_IPv4: "false" }, ["ENABLE_IPv4", "ENABLE_IPv6"]],
    ["both families", { ...IPV6, ENABLE_IPv4: "true" }, ["ENABLE_IPv4", "ENABLE_IPv6"]],
    [
      "IPv6 without prefixes",
      { ...IPV6, ENABLE_PREFIX_DELEGATION: "false" },
      ["ENABLE_PREFIX_DELEGATION"],
    ],
    [
      "IPv6 and custom networking",
      { ...IPV6, AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: "true" },
      ["AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG"],
    ],
    ["IPv6 and branch ENIs", { ...IPV6, ENABLE_POD_ENI: "true" }, ["ENABLE_POD_ENI"]],
    ["IPv6 with short packets", { ...IPV6, POD_MTU: "1000" }, ["POD_MTU", "1280"]],
    ["several network cards", { ENABLE_MULTI_NIC: "true" }, ["ENABLE_MULTI_NIC"]],
    ["IPv6 egress", { ENABLE_V6_EGRESS: "true" }, ["ENABLE_V6_EGRESS"]],
    ["IPv6 egress of an IPv6 cluster", { ...IPV6, ENABLE_V6_EGRESS: "true" }, ["ENABLE_V6_EGRESS"]],
  ])("%s: refused, naming the variables", (_, env, named) => {
    const refusal = (): unknown => readAgentConfig(env);
    expect(refusal).toThrow(BerthError);
    for (const name of named) expect(refusal).toThrow(name);
  });

  test("IPv6 on an instance without prefixes: refused, naming variable and type", () => {
    const given = { limits: { ...LIMITS, prefixes: false }, instanceType: "m4.large" };
    const config = readAgentConfig(IPV6);
    expect(() => requireNitro(config, given)).toThrow(/ENABLE_IPv6=true needs .* m4\.large/);
    requireNitro(config, { ...given, limits: LIMITS });
    requireNitro(readAgentConfig({}), given);
  });
});
