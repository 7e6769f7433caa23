import { describe, expect, test } from "vitest";
import { parseIpv4 } from "../net/index.ts";
import type { Ipv4 } from "../net/index.ts";
import { renderConflist } from "./conflist.ts";
import { renderFailure } from "./failure.ts";
import { findWiring, parsePreviousResult } from "./previous-result.ts";
import { parseRequest } from "./request.ts";
import { renderAddResult, renderVersions } from "./result.ts";
import type { PodWiring } from "./result.ts";
import { CNI_VERSIONS } from "./version.ts";

const ENV = {
  CNI_COMMAND: "ADD",
  CNI_CONTAINERID: "5a1f",
  CNI_NETNS: "/run/netns/cni-1",
  CNI_IFNAME: "eth0",
  CNI_ARGS:
    "IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=web-0;K8S_POD_INFRA_CONTAINER_ID=5a1f;K8S_POD_UID=u-1",
};
const CONFIG = { cniVersion: "0.4.0", name: "berth", type: "berth-cni" };

function parse(
  env: Record<string, string>,
  config: unknown = CONFIG,
): ReturnType<typeof parseRequest> {
  return parseRequest({
    env: { ...ENV, ...env },
    stdin: typeof config === "string" ? config : JSON.stringify(config),
  });
}

function ip(text: string): Ipv4 {
  const value = parseIpv4(text);
  if (value === undefined) throw new Error(text);
  return value;
}

const WIRING: PodWiring = {
  hostVeth: "enicc21c2d7785",
  ifName: "eth0",
  netns: "/run/netns/cni-1",
  address: ip("10.0.1.11"),
  routeTable: 2,
  deviceNumber: 1,
  mtu: 9001,
  suffix: "cc21c2d7785",
};

describe("a request", () => {
  test("ADD is read whole, with defaults filled in", () => {
    expect(parse({})).toEqual({
      ok: true,
      value: {
        command: "ADD",
        containerId: "5a1f",
        netns: "/run/netns/cni-1",
        ifName: "eth0",
        pod: { name: "web-0", namespace: "default", uid: "u-1", infraContainerId: "5a1f" },
        config: {
          cniVersion: "0.4.0",
          name: "berth",
          mtu: 9001,
          vethPrefix: "eni",
          previous: undefined,
          validAttachments: [],
        },
      },
    });
  });

  test.each([
    { name: "DEL without a namespace", env: { CNI_COMMAND: "DEL", CNI_NETNS: "" }, config: CONFIG },
    { name: "VERSION without a configuration", env: { CNI_COMMAND: "VERSION" }, config: "" },
    {
      name: "STATUS from 1.1.0 on",
      env: { CNI_COMMAND: "STATUS" },
      config: { ...CONFIG, cniVersion: "1.1.0" },
    },
    { name: "an MTU as text", env: {}, config: { ...CONFIG, mtu: "1500", vethPrefix: "vpc" } },
    { name: "a prevResult of null", env: {}, config: { ...CONFIG, prevResult: null } },
    { name: "no CNI_ARGS", env: { CNI_ARGS: "" }, config: CONFIG },
    { name: "known CNI_ARGS alone", env: { CNI_ARGS: "K8S_POD_NAME=a" }, config: CONFIG },
  ])("$name is accepted", ({ env, config }) => {
    expect(parse(env, config).ok).toBe(true);
  });

  test.each([
    {
      name: "no command",
      env: { CNI_COMMAND: "" },
      code: 4,
      msg: "required env variables [CNI_COMMAND] missing",
    },
    {
      name: "an unknown command",
      env: { CNI_COMMAND: "PING" },
      code: 4,
      msg: "unknown CNI_COMMAND: PING",
    },
    {
      name: "missing variables",
      env: { CNI_CONTAINERID: "", CNI_NETNS: "" },
      code: 4,
      msg: "required env variables [CNI_CONTAINERID,CNI_NETNS] missing",
    },
    {
      name: "a bad container id",
      env: { CNI_CONTAINERID: "-x" },
      code: 4,
      msg: "CNI_CONTAINERID has characters",
    },
    {
      name: "a long interface name",
      env: { CNI_IFNAME: "a".repeat(16) },
      code: 4,
      msg: "CNI_IFNAME is not",
    },
    { name: "an interface named ..", env: { CNI_IFNAME: ".." }, code: 4, msg: "CNI_IFNAME is not" },
    {
      name: "an interface with a colon",
      env: { CNI_IFNAME: "eth0:1" },
      code: 4,
      msg: "CNI_IFNAME is not",
    },
    {
      name: "args that are no pairs",
      env: { CNI_ARGS: "a=b=c" },
      code: 4,
      msg: 'invalid pair "a=b=c"',
    },
    {
      name: "unknown args",
      env: { CNI_ARGS: "COLOUR=red" },
      code: 4,
      msg: "unknown args [COLOUR]",
    },
  ])("$name: code $code", ({ env, code, msg }) => {
    const result = parse(env);
    expect(result).toMatchObject({ ok: false, error: { code } });
    expect(result.ok ? "" : result.error.msg).toContain(msg);
  });

  test.each([
    { name: "not JSON", config: "{", code: 6, msg: "not a JSON object" },
    { name: "a list", config: [], code: 6, msg: "not a JSON object" },
    {
      name: "version 2.0.0",
      config: { ...CONFIG, cniVersion: "2.0.0" },
      code: 1,
      msg: '"2.0.0", berth speaks 0.3.0',
    },
    {
      name: "a version that is a number",
      config: { ...CONFIG, cniVersion: 1 },
      code: 1,
      msg: "incompatible",
    },
    { name: "no version", config: { name: "berth" }, code: 1, msg: '"0.1.0"' },
    { name: "no name", config: { cniVersion: "0.4.0" }, code: 7, msg: "missing network name" },
    { name: "a bad name", config: { ...CONFIG, name: "a/b" }, code: 7, msg: "invalid characters" },
    {
      name: "an MTU of 100",
      config: { ...CONFIG, mtu: 100 },
      code: 7,
      msg: "from 576 to 9001, got 100",
    },
    { name: "an MTU of words", config: { ...CONFIG, mtu: "big" }, code: 7, msg: 'got "big"' },
    { name: "a fraction of an MTU", config: { ...CONFIG, mtu: 1500.5 }, code: 7, msg: "1500.5" },
    {
      name: "a long veth prefix",
      config: { ...CONFIG, vethPrefix: "fives" },
      code: 7,
      msg: "at most 4 characters",
    },
    {
      name: "a prevResult of text",
      config: { ...CONFIG, prevResult: "x" },
      code: 6,
      msg: "could not parse prevResult",
    },
    {
      name: "attachments that are texts",
      config: { ...CONFIG, "cni.dev/valid-attachments": ["x"] },
      code: 7,
      msg: "valid-attachments",
    },
    {
      name: "attachments that are no list",
      config: { ...CONFIG, "cni.dev/valid-attachments": {} },
      code: 7,
      msg: "valid-attachments",
    },
    {
      name: "attachments without interface",
      config: { ...CONFIG, "cni.dev/valid-attachments": [{ containerID: "a" }] },
      code: 7,
      msg: "valid-attachments",
    },
  ])("configuration with $name: code $code", ({ config, code, msg }) => {
    const result = parse({}, config);
    expect(result).toMatchObject({ ok: false, error: { code } });
    expect(result.ok ? "" : result.error.msg).toContain(msg);
  });

  test.each([
    { command: "CHECK", cniVersion: "0.3.1" },
    { command: "GC", cniVersion: "1.0.0" },
    { command: "STATUS", cniVersion: "0.4.0" },
  ])("$command is not allowed by $cniVersion", ({ command, cniVersion }) => {
    const result = parse({ CNI_COMMAND: command }, { ...CONFIG, cniVersion });
    expect(result).toMatchObject({ ok: false, error: { code: 1 } });
  });

  test("CHECK needs a previous result", () => {
    expect(parse({ CNI_COMMAND: "CHECK" })).toMatchObject({ ok: false, error: { code: 7 } });
  });

  test("GC lists the attachments that are still valid", () => {
    const attachments = [{ containerID: "5a1f", ifname: "eth0" }];
    const config = { ...CONFIG, cniVersion: "1.1.0", "cni.dev/valid-attachments": attachments };
    expect(parse({ CNI_COMMAND: "GC" }, config)).toMatchObject({
      ok: true,
      value: { config: { validAttachments: [{ containerId: "5a1f", ifName: "eth0" }] } },
    });
  });
});

describe("a result", () => {
  test("in 0.4.0 has the form that the VPC CNI writes", () => {
    expect(JSON.parse(renderAddResult(WIRING, "0.4.0"))).toEqual({
      cniVersion: "0.4.0",
      interfaces: [
        { name: "enicc21c2d7785" },
        { name: "eth0", mac: "2", sandbox: "/run/netns/cni-1" },
        { name: "dummycc21c2d7785", mac: "0", sandbox: "1" },
      ],
      ips: [{ version: "4", interface: 1, address: "10.0.1.11/32" }],
      dns: {},
    });
  });

  test("drops the address version from 1.0.0 on, and has MTUs from 1.1.0 on", () => {
    expect(renderAddResult(WIRING, "1.0.0")).not.toContain('"version"');
    expect(renderAddResult(WIRING, "1.0.0")).not.toContain('"mtu"');
    expect(JSON.parse(renderAddResult(WIRING, "1.1.0"))).toMatchObject({
      interfaces: [{ mtu: 9001 }, { mtu: 9001 }, { name: "dummycc21c2d7785" }],
    });
  });

  test.each(CNI_VERSIONS.map((version) => ({ version })))(
    "of $version can be read back",
    ({ version }) => {
      const previous = parsePreviousResult(JSON.parse(renderAddResult(WIRING, version)));
      expect(previous && findWiring(previous, "eth0")).toEqual({
        address: WIRING.address,
        routeTable: 2,
      });
    },
  );

  test.each([
    {
      name: "another interface",
      result: { interfaces: [{ name: "eth0", sandbox: "/n" }], ips: [] },
      ifName: "net1",
    },
    {
      name: "no address",
      result: { interfaces: [{ name: "eth0", sandbox: "/n" }], ips: [] },
      ifName: "eth0",
    },
    { name: "nothing", result: {}, ifName: "eth0" },
    {
      name: "an address of no interface",
      result: { interfaces: [{ name: "eth0", sandbox: "/n" }], ips: [{ address: "10.0.0.1/32" }] },
      ifName: "eth0",
    },
  ])("with $name names no wiring", ({ result, ifName }) => {
    const previous = parsePreviousResult(result);
    expect(previous && findWiring(previous, ifName)).toBeUndefined();
  });

  test("of an old plugin has no table", () => {
    const previous = parsePreviousResult({
      interfaces: [{ name: "eth0", sandbox: "/n" }],
      ips: [{ address: "10.0.0.1/32", interface: 0 }],
    });
    expect(previous && findWiring(previous, "eth0")).toEqual({
      address: ip("10.0.0.1"),
      routeTable: undefined,
    });
  });

  test.each([{ interfaces: {} }, { interfaces: [1] }, { ips: "x" }, { ips: [null] }, 7])(
    "of the form %j is refused",
    (value) => expect(parsePreviousResult(value)).toBeUndefined(),
  );

  test("an error carries code, message and details", () => {
    expect(JSON.parse(renderFailure({ code: 11, msg: "later", details: "why" }, "1.0.0"))).toEqual({
      cniVersion: "1.0.0",
      code: 11,
      msg: "later",
      details: "why",
    });
    expect(renderFailure({ code: 4, msg: "bad" }, "0.4.0")).not.toContain("details");
  });

  test("VERSION lists every version", () => {
    expect(JSON.parse(renderVersions())).toEqual({
      cniVersion: "1.1.0",
      supportedVersions: CNI_VERSIONS,
    });
  });
});

describe("the network list", () => {
  const none = { mtu: 1500, vethPrefix: "eni", portmap: false, bandwidth: false } as const;
  const pluginsOf = (list: string): unknown => (JSON.parse(list) as { plugins: unknown }).plugins;
  const berth = { type: "berth-cni", mtu: "1500", vethPrefix: "eni" };

  test("names the relay alone when nothing else is asked for", () => {
    const list = renderConflist({ ...none, podIpv6: "on" });
    expect(JSON.parse(list)).toMatchObject({ cniVersion: "0.4.0", name: "berth" });
    expect(pluginsOf(list)).toEqual([berth]);
  });

  test("chains the standard plugins that are asked for, in the order of the VPC CNI", () => {
    const list = renderConflist({ ...none, portmap: true, bandwidth: true, podIpv6: "off" });
    expect(pluginsOf(list)).toEqual([
      berth,
      { type: "portmap", capabilities: { portMappings: true }, snat: true },
      { type: "bandwidth", capabilities: { bandwidth: true } },
      {
        type: "tuning",
        sysctl: {
          "net.ipv6.conf.all.disable_ipv6": "1",
          "net.ipv6.conf.default.disable_ipv6": "1",
          "net.ipv6.conf.lo.disable_ipv6": "1",
        },
      },
    ]);
  });
});
