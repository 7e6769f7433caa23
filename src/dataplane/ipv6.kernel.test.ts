import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addAddress } from "./addresses.ts";
import { FAMILY, hostPrefix } from "./codec/ip.ts";
import { ENI_MAC, OUTSIDE, buildTopology } from "./testing/topology.ts";
import { egressVethName } from "./ipv4-egress.ts";
import { type Ipv6HostSettings, setUpIpv6Host } from "./ipv6-host.ts";
import { type Ipv6PodWiring, wireIpv6Pod } from "./ipv6-pod.ts";
import { addVethPair, deleteLink, findLink, getLink } from "./links.ts";
import { withNetlink } from "./netlink-session.ts";
import { normalisePods } from "./normalise-pods.ts";
import { unwirePod } from "./pod.ts";
import { checkPod } from "./pod-check.ts";
import { hostVethName, podSuffix } from "./pod-names.ts";
import { ensureRule } from "./rules.ts";
import { readSysctl, writeSysctl } from "./sysctl.ts";
import { seenAddress, startMirror } from "./testing/probe.ts";
import {
  ipJson,
  ipLines,
  KERNEL_TESTS_MISSING,
  nftText,
  TestNamespaces,
} from "./testing/test-netns.ts";
import { ip, ip6 } from "./testing/values.ts";

const POD = { namespace: "default", name: "six" };
const ADDRESS = ip6("2600:1f14:1:1:5::1");

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `a node of an IPv6 cluster (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    const node = namespaces.path("node");
    const pod = namespaces.path("pod-a");
    const wiring: Ipv6PodWiring = {
      hostNetns: node,
      podNetns: pod,
      ifName: "eth0",
      hostVethName: hostVethName(POD),
      suffix: podSuffix(POD),
      address: ADDRESS,
      egressAddress: ip("169.254.172.3"),
      mtu: 9001,
      routeTable: 254,
    };

    beforeAll(() => {
      buildTopology(namespaces);
      setUpIpv6Host(hostSettings());
    });
    afterAll(() => {
      namespaces.deleteAll();
    });

    function hostSettings(given: Partial<Ipv6HostSettings> = {}): Ipv6HostSettings {
      return {
        netns: node,
        primaryMac: ENI_MAC.eth0,
        mtu: 9001,
        nodeAddress: ip("10.0.0.10"),
        ipv4Egress: true,
        randomize: "prng",
        tcpEarlyDemux: true,
        ...given,
      };
    }

    function removePod(): void {
      unwirePod(wiring);
      withNetlink(node, (socket) => {
        for (const name of [wiring.hostVethName, egressVethName(wiring.suffix)]) {
          const link = findLink(socket, name);
          if (link !== undefined) deleteLink(socket, link.index);
        }
      });
    }

    test("the node forwards IPv6 and still hears its router", () => {
      const key = (...path: string[]): string | undefined => readSysctl(path, { netns: node });
      expect(key("ipv6", "conf", "all", "forwarding")).toBe("1");
      expect(key("ipv6", "conf", "all", "disable_ipv6")).toBe("0");
      expect(key("ipv6", "conf", "eth0", "accept_ra")).toBe("2");
      expect(key("ipv4", "conf", "eth0", "rp_filter")).toBe("2");
    });

    test("a pod has exactly what the VPC CNI gives, at once and without duplicate detection", () => {
      writeSysctl(["ipv6", "conf", "all", "disable_ipv6"], 1, { netns: pod });
      writeSysctl(["ipv6", "conf", "default", "disable_ipv6"], 1, { netns: pod });
      wireIpv6Pod(wiring);
      const global = ipLines(pod, "-6 addr show dev eth0 scope global").join(" ");
      expect(global).not.toContain("tentative");
      for (const [netns, link] of [
        [pod, "eth0"],
        [node, wiring.hostVethName],
      ] as const) {
        expect(readSysctl(["ipv6", "conf", link, "accept_dad"], { netns })).toBe("0");
      }
      expect(global).toContain("inet6 2600:1f14:1:1:5::1/128 scope global");
      expect(
        ipLines(pod, "-6 route show dev eth0").filter((line) => !line.startsWith("fe80::/")),
      ).toEqual([
        "2600:1f14:1:1:5::1 proto kernel metric 256 pref medium",
        "fe80::1 metric 1024 pref medium",
        "default via fe80::1 metric 1024 pref medium",
      ]);
      const [veth] = ipJson(node, `link show ${wiring.hostVethName}`);
      expect(ipLines(pod, "-6 neigh show").join()).toContain(
        `fe80::1 dev eth0 lladdr ${String(veth?.["address"])} PERMANENT`,
      );
      expect(ipLines(node, "-6 rule show")).toContain(
        "512: from all to 2600:1f14:1:1:5::1 lookup main",
      );
      expect(ipLines(node, "-6 rule show").join()).not.toContain("1536:");
      expect(ipLines(node, "-6 route show 2600:1f14:1:1:5::1").join()).toContain(
        `dev ${wiring.hostVethName}`,
      );
      expect(checkPod(wiring)).toEqual([]);
    });

    test("its way to IPv4: its own interface, the node as gateway, no neighbours", () => {
      expect(ipLines(pod, "-4 route show")).toEqual([
        "default via 169.254.172.1 dev v4if0",
        "169.254.172.0/22 via 169.254.172.1 dev v4if0 src 169.254.172.3",
        "169.254.172.1 dev v4if0 scope link src 169.254.172.3",
      ]);
      const veth = egressVethName(wiring.suffix);
      expect(ipLines(node, "-4 route show 169.254.172.3")).toEqual([
        `169.254.172.3 dev ${veth} scope link`,
      ]);
      expect(ipJson(node, `-4 addr show dev ${veth}`)[0]?.["addr_info"]).toEqual([
        expect.objectContaining({ local: "169.254.172.1", prefixlen: 32, scope: "link" }),
      ]);
    });

    test("an outside server sees the node's IPv4 address", async () => {
      const server = startMirror(namespaces.path("outside"), OUTSIDE, 8_080);
      const from = { netns: pod, address: OUTSIDE, port: 8_080, timeoutMs: 3_000 };
      expect(await seenAddress(from)).toBe("10.0.0.10");
      server.close();
    });

    test("pods do not reach each other by their egress addresses", () => {
      expect(nftText(node, "list table ip berth")).toContain(
        "ip daddr 169.254.172.0/22 ct state new reject",
      );
    });

    test("set up again, the node and its pods stay as they are", () => {
      const state = (): unknown => [
        ipLines(node, "-6 rule show"),
        ipLines(node, "-6 route show 2600::/16"),
        ipLines(node, "-4 route show table all"),
      ];
      const before = state();
      setUpIpv6Host(hostSettings());
      const known = { address: ADDRESS, suffix: wiring.suffix, routeTable: 254 };
      const found = normalisePods({
        netns: node,
        pods: [known],
        free: (address) => address !== ADDRESS,
        family: FAMILY.ipv6,
      });
      expect(found).toEqual({ dead: [], repaired: [], failed: [] });
      expect(state()).toEqual(before);
    });

    test("what a pod that ended has left goes at a start, without naming every free address", () => {
      const left = ip6("2600:1f14:1:1:5::9");
      withNetlink(node, (socket) => {
        ensureRule(socket, { priority: 512, to: hostPrefix(left), table: 254 });
      });
      normalisePods({
        netns: node,
        pods: [],
        free: (address) => address === left,
        family: FAMILY.ipv6,
      });
      expect(ipLines(node, "-6 rule show").join()).not.toContain("5::9");
      expect(checkPod(wiring)).toEqual([]);
    });

    test("a pod whose way to IPv4 fails is not connected at all", () => {
      removePod();
      withNetlink(pod, (socket) => {
        addVethPair(socket, { name: "v4if0", peer: { name: "other" } });
        const { index: linkIndex } = getLink(socket, "v4if0");
        addAddress(socket, { linkIndex, address: ip("192.0.2.1"), bits: 32 });
      });
      expect(() => wireIpv6Pod(wiring)).toThrow("its way to IPv4");
      expect(ipLines(node, "-6 rule show").join()).not.toContain("5::1");
      expect(ipLines(node, "link show").join()).not.toContain(wiring.hostVethName);
    });

    test("without egress there is no translation, and the block is refused all the same", () => {
      setUpIpv6Host(hostSettings({ ipv4Egress: false, randomize: "none" }));
      const rules = nftText(node, "list table ip berth");
      expect(rules).toContain("reject");
      expect(rules).not.toContain("snat");
      setUpIpv6Host(hostSettings({ randomize: "hashrandom" }));
      expect(nftText(node, "list table ip berth")).toContain("snat to 10.0.0.10 random");
    });
  },
);
