import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addAddress } from "./addresses.ts";
import { setUpEni, tearDownEni } from "./eni.ts";
import { setUpHost } from "./host.ts";
import { deleteLink, getLink } from "./links.ts";
import { withNetlink } from "./netlink-session.ts";
import { ensureRule } from "./rules.ts";
import { replaceRoute } from "./routes.ts";
import { readSysctl } from "./sysctl.ts";
import {
  ipJson,
  ipLines,
  KERNEL_TESTS_MISSING,
  nftText,
  TestNamespaces,
} from "./testing/test-netns.ts";
import { buildTopology, eniSettings, hostSettings } from "./testing/topology.ts";
import { cidr, ip, mac } from "./testing/values.ts";

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `a node's own set-up, judged by ip and nft (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    const netns = namespaces.path("node");

    beforeAll(() => {
      buildTopology(namespaces);
    });
    afterAll(() => {
      namespaces.deleteAll();
    });

    const dump = (): unknown => ({
      rules: ipLines(netns, "rule show"),
      routes: ipLines(netns, "-4 route show table all"),
      addresses: ipLines(netns, "-4 -o addr show"),
      nft: nftText(netns, "list ruleset"),
    });

    test("the host: MTU, filters, forwarding, the rule for marks, translation", () => {
      expect(setUpHost(hostSettings(netns))).toEqual({
        primaryLink: "eth0",
        remains: { marks: [], vethPrefixes: [], waitingCidrs: [] },
      });
      expect(ipJson(netns, "link show dev eth0")).toMatchObject([{ mtu: 9001 }]);
      expect(readSysctl(["ipv4", "conf", "eth0", "rp_filter"], { netns })).toBe("2");
      expect(readSysctl(["ipv4", "ip_forward"], { netns })).toBe("1");
      expect(readSysctl(["ipv4", "tcp_early_demux"], { netns })).toBe("1");
      expect(ipLines(netns, "rule show")).toEqual([
        "0: from all lookup local",
        "1024: from all fwmark 0x80/0x80 lookup main",
        "32766: from all lookup main",
        "32767: from all lookup default",
      ]);
      const rules = nftText(netns, "list table ip berth");
      expect(rules).toMatch(/iifname "eni\*" ct state .* jump mark-outbound/);
      expect(rules).toContain("snat to 10.0.0.10 fully-random");
      expect(rules).toContain("elements = { 10.0.0.0/16 }");
    });

    test("the host again: nothing changes; settings there and back: nothing remains", () => {
      const before = dump();
      setUpHost(hostSettings(netns));
      expect(dump()).toEqual(before);
      setUpHost({
        ...hostSettings(netns),
        externalSnat: true,
        nodePort: false,
        mtu: 1500,
        tcpEarlyDemux: false,
        externalServiceCidrs: [cidr("198.51.100.0/24"), cidr("203.0.113.0/24")],
      });
      expect(ipLines(netns, "rule show").slice(1, -2)).toEqual([
        // New connections to external services have the mark too.
        "1024: from all fwmark 0x80/0x80 lookup main",
        "1535: from all to 198.51.100.0/24 lookup main",
        "1535: from all to 203.0.113.0/24 lookup main",
      ]);
      expect(nftText(netns, "list ruleset")).not.toContain("snat to");
      expect(readSysctl(["ipv4", "tcp_early_demux"], { netns })).toBe("0");
      setUpHost(hostSettings(netns));
      expect(dump()).toEqual(before);
    });

    test("no link has the primary ENI's MAC", () => {
      const settings = { ...hostSettings(netns), primaryMac: mac("02:00:00:00:09:99") };
      expect(() => setUpHost(settings)).toThrow(
        expect.objectContaining({
          code: "linkNotFound",
          message: expect.stringContaining(
            "failed to find the link which uses MAC address 02:00:00:00:09:99",
          ) as string,
        }),
      );
    });

    test("a second ENI: one address, its own table, no connected route, a rule", () => {
      withNetlink(netns, (socket) => {
        const linkIndex = getLink(socket, "eth1").index;
        // What a careless image could have left.
        addAddress(socket, { linkIndex, address: ip("10.0.1.99"), bits: 24 });
        replaceRoute(socket, { destination: cidr("192.0.2.0/24"), type: 7, table: 2 });
      });
      setUpEni(eniSettings(netns));
      expect(ipJson(netns, "-4 addr show dev eth1")).toMatchObject([
        { mtu: 9001, operstate: "UP" },
      ]);
      expect(ipJson(netns, "-4 addr show dev eth1")[0]?.["addr_info"]).toMatchObject([
        { local: "10.0.1.10", prefixlen: 24, broadcast: "10.0.1.255", scope: "global" },
      ]);
      expect(ipLines(netns, "route show table 2")).toEqual([
        "default via 10.0.1.1 dev eth1",
        "10.0.1.1 dev eth1 scope link",
      ]);
      expect(ipLines(netns, "route show 10.0.1.0/24")).toEqual([]);
      expect(ipLines(netns, "rule show").slice(1, -2)).toEqual([
        "1024: from all fwmark 0x80/0x80 lookup main",
        "32765: from 10.0.1.10 lookup 2",
      ]);
    });

    test("a second ENI again: nothing changes", () => {
      const before = dump();
      setUpEni(eniSettings(netns));
      expect(dump()).toEqual(before);
    });

    test("a trunk gets no rule; the main table is refused; a missing link is named", () => {
      tearDownEni({ netns, address: ip("10.0.1.10") });
      setUpEni({ ...eniSettings(netns), role: "trunk" });
      expect(ipLines(netns, "rule show").join()).not.toContain("10.0.1.10");
      expect(() => {
        setUpEni({ ...eniSettings(netns), routeTable: 254 });
      }).toThrow(/table of its own/);
      expect(() => {
        setUpEni({ ...eniSettings(netns), mac: mac("02:00:00:00:09:99") });
      }).toThrow(expect.objectContaining({ code: "linkNotFound" }));
    });

    test("a detached ENI leaves no rule, whatever its priority and table", () => {
      setUpEni(eniSettings(netns));
      withNetlink(netns, (socket) => {
        ensureRule(socket, { priority: 99, from: cidr("10.0.1.10/32"), table: 10_101 });
        deleteLink(socket, getLink(socket, "eth1").index);
      });
      tearDownEni({ netns, address: ip("10.0.1.10") });
      tearDownEni({ netns, address: ip("10.0.1.10") });
      expect(ipLines(netns, "rule show").join()).not.toContain("10.0.1.10");
      expect(ipLines(netns, "-4 route show table all").join()).not.toContain("eth1");
    });
  },
);
