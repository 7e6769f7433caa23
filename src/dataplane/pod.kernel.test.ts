import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { hostPrefix } from "./codec/ip.ts";
import { setUpEni } from "./eni.ts";
import { setUpHost } from "./host.ts";
import { addVethPair, deleteLink, findLink, getLink, setLink } from "./links.ts";
import { withNetlink } from "./netlink-session.ts";
import { deleteNetns, OWN_NETNS } from "./netns.ts";
import { normalisePods } from "./normalise-pods.ts";
import { unwirePod, wirePod } from "./pod.ts";
import { checkPod } from "./pod-check.ts";
import { hostVethName, podSuffix } from "./pod-names.ts";
import type { PodWiring } from "./pod-wiring.ts";
import { deleteRoute, replaceRoute } from "./routes.ts";
import { deleteRules, ensureRule } from "./rules.ts";
import { readSysctl } from "./sysctl.ts";
import { ipJson, ipLines, KERNEL_TESTS_MISSING, TestNamespaces } from "./testing/test-netns.ts";
import {
  buildTopology,
  eniSettings,
  hostSettings,
  POD_ADDRESS,
  podWiring,
} from "./testing/topology.ts";
import { cidr, ip } from "./testing/values.ts";

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `pods, judged by ip (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    const node = namespaces.path("node");
    let a: PodWiring;
    let b: PodWiring;

    beforeAll(() => {
      buildTopology(namespaces);
      setUpHost(hostSettings(node));
      setUpEni(eniSettings(node));
    });
    afterAll(() => {
      namespaces.deleteAll();
    });

    const hostState = (): unknown => ({
      links: ipJson(node, "link show").map(({ ifname }) => ifname),
      rules: ipLines(node, "rule show"),
      routes: ipLines(node, "-4 route show table all"),
    });
    let clean: unknown;

    /** Every test begins with two empty pods and an untouched node. */
    beforeAll(() => {
      clean = hostState();
      a = podWiring("a", { host: node, pod: namespaces.path("pod-a") });
      b = podWiring("b", { host: node, pod: namespaces.path("pod-b") });
    });
    afterEach(() => {
      for (const pod of [a, b]) {
        unwirePod(pod);
        withNetlink(node, (socket) => {
          const link = findLink(socket, pod.hostVethName);
          if (link !== undefined) deleteLink(socket, link.index);
        });
      }
      expect(hostState()).toEqual(clean);
    });

    test("a pod on a second ENI has exactly what the VPC CNI gives", () => {
      const { hostVethMac, hostVethIndex } = wirePod(b);
      const pod = b.podNetns;
      expect(hostVethMac).toMatch(/^.[26ae]:/);
      expect(ipJson(pod, "-4 addr show dev eth0")).toMatchObject([{ mtu: 9001, operstate: "UP" }]);
      expect(ipJson(pod, "-4 addr show dev eth0")[0]?.["addr_info"]).toEqual([
        expect.objectContaining({ local: "10.0.1.11", prefixlen: 32, scope: "global" }),
      ]);
      expect(ipLines(pod, "-4 addr show dev eth0").join()).not.toContain("brd");
      expect(ipLines(pod, "route show")).toEqual([
        "default via 169.254.1.1 dev eth0",
        "169.254.1.1 dev eth0 scope link",
      ]);
      expect(ipLines(pod, "neigh show")).toEqual([
        `169.254.1.1 dev eth0 lladdr ${hostVethMac} PERMANENT`,
      ]);
      expect(ipJson(node, `link show dev ${b.hostVethName}`)).toMatchObject([
        { ifindex: hostVethIndex, address: hostVethMac, mtu: 9001, operstate: "UP" },
      ]);
      for (const end of [
        withNetlink(node, (socket) => getLink(socket, b.hostVethName)),
        withNetlink(pod, (socket) => getLink(socket, "eth0")),
      ]) {
        expect(end).toMatchObject({ txQueueLength: 0, kind: "veth", up: true });
      }
      expect(ipLines(node, "route show 10.0.1.11")).toEqual([
        `10.0.1.11 dev ${b.hostVethName} scope link`,
      ]);
      expect(ipLines(node, "rule show").filter((line) => line.includes("10.0.1.11"))).toEqual([
        "512: from all to 10.0.1.11 lookup main",
        "1536: from 10.0.1.11 lookup 2",
      ]);
      expect(ipLines(node, `-4 addr show dev ${b.hostVethName}`).join()).not.toContain("inet");
      const setting = (name: string): string | undefined =>
        readSysctl(["ipv6", "conf", b.hostVethName, name], { netns: node });
      expect([setting("accept_ra"), setting("accept_redirects"), setting("forwarding")]).toEqual([
        "0",
        "1",
        "0",
      ]);
    });

    test("a pod on the primary ENI has no rule of its own", () => {
      wirePod(a);
      expect(ipLines(node, "rule show").filter((line) => line.includes("10.0.0.11"))).toEqual([
        "512: from all to 10.0.0.11 lookup main",
      ]);
      expect(checkPod(a)).toEqual([]);
    });

    test("DEL takes rules and route, works twice and without the pod's namespace", () => {
      namespaces.create("short-lived");
      const pod = { ...b, podNetns: namespaces.path("short-lived") };
      wirePod(pod);
      unwirePod(pod);
      const left = JSON.stringify(hostState());
      expect(left).not.toContain("10.0.1.11");
      expect(left, "the link stays until the namespace ends").toContain(pod.hostVethName);
      deleteNetns(namespaces.nameOf("short-lived"));
      unwirePod(pod);
    });

    test("wiring again replaces the pod's links, also those of an earlier pod of that name", () => {
      wirePod(b);
      wirePod(b);
      expect(checkPod(b)).toEqual([]);
      withNetlink(node, (socket) => {
        addVethPair(socket, { name: a.hostVethName, peer: { name: "left-over" } });
      });
      wirePod(a);
      expect(checkPod(a)).toEqual([]);
      expect(ipLines(node, "rule show").filter((line) => line.includes("10.0.1.11"))).toHaveLength(
        2,
      );
    });

    describe("a failure half-way leaves nothing", () => {
      const podState = (): unknown => ({
        links: ipJson(b.podNetns, "link show").map(({ ifname }) => ifname),
        routes: ipLines(b.podNetns, "route show"),
      });
      const expectRefusal = (wiring: PodWiring, errno: string, step: string): void => {
        const before = [hostState(), podState()];
        expect(() => wirePod(wiring)).toThrow(
          expect.objectContaining({
            code: "podNotWired",
            message: expect.stringMatching(
              new RegExp(`^Cannot connect eth0 in .*: Cannot ${step}.*: ${errno}`),
            ) as string,
          }),
        );
        expect([hostState(), podState()]).toEqual(before);
      };
      const withLink = (action: () => void): void => {
        withNetlink(b.podNetns, (socket) => {
          addVethPair(socket, { name: "other", peer: { name: "other-end" } });
          setLink(socket, getLink(socket, "other").index, { up: true });
          try {
            action();
          } finally {
            deleteLink(socket, getLink(socket, "other").index);
          }
        });
      };

      test("the pod has a default route", () => {
        withLink(() => {
          withNetlink(b.podNetns, (socket) => {
            const linkIndex = getLink(socket, "other").index;
            replaceRoute(socket, { destination: cidr("0.0.0.0/0"), linkIndex });
          });
          expectRefusal(b, "EEXIST", "add route 0.0.0.0/0 via 169.254.1.1");
        });
      });

      test("the pod has a link of that name", () => {
        withNetlink(b.podNetns, (socket) => {
          addVethPair(socket, { name: "eth0", peer: { name: "x" } });
          expectRefusal(b, "EEXIST", "create the veth pair");
          deleteLink(socket, getLink(socket, "x").index);
        });
      });

      test("the kernel refuses the MTU", () => {
        expectRefusal({ ...b, mtu: 40 }, "EINVAL", "create the veth pair");
      });

      test("a rule that was there before stays", () => {
        withNetlink(node, (socket) => {
          const rule = { priority: 512, to: hostPrefix(b.address), table: 254 };
          ensureRule(socket, rule);
          withLink(() => {
            withNetlink(b.podNetns, (pod) => {
              const linkIndex = getLink(pod, "other").index;
              replaceRoute(pod, { destination: cidr("0.0.0.0/0"), linkIndex });
            });
            expectRefusal(b, "EEXIST", "add route 0.0.0.0/0");
          });
        });
      });

      test("the namespace is the node's own, or none", () => {
        expect(() => wirePod({ ...b, podNetns: node })).toThrow(/the node's own network namespace/);
        expect(() => wirePod({ ...b, hostNetns: undefined, podNetns: OWN_NETNS })).toThrow(
          /node's own/,
        );
        expect(() => wirePod({ ...b, podNetns: "/run/netns/berth-test-none" })).toThrow(
          expect.objectContaining({
            code: "netnsMissing",
            fix: expect.stringContaining("CNI_NETNS") as string,
          }),
        );
      });
    });

    test("CHECK names every difference", () => {
      expect(checkPod({ ...b, podNetns: "/run/netns/berth-test-none" })).toEqual([
        "/run/netns/berth-test-none is not a network namespace",
      ]);
      expect(checkPod(b)).toEqual([
        `link ${b.hostVethName} is missing`,
        `the main table has no route to 10.0.1.11 by ${b.hostVethName}`,
        'the rule "512: from all to 10.0.1.11/32 lookup 254" is missing',
        'the rule "1536: from 10.0.1.11/32 lookup 2" is missing',
        "link eth0 is missing in the pod",
      ]);
      wirePod(b);
      expect(checkPod(b)).toEqual([]);
      expect(checkPod({ ...b, address: POD_ADDRESS.a, routeTable: 254 })).toEqual([
        `the main table has no route to 10.0.0.11 by ${b.hostVethName}`,
        'the rule "512: from all to 10.0.0.11/32 lookup 254" is missing',
        "eth0 does not have the address 10.0.0.11/32",
      ]);
      withNetlink(b.podNetns, (socket) => {
        setLink(socket, getLink(socket, "eth0").index, { up: false });
      });
      expect(checkPod(b)).toEqual([
        "link eth0 is down",
        "the pod has no route to its gateway 169.254.1.1",
        "the pod has no default route via 169.254.1.1",
        "the pod does not know the MAC of the host's end for good",
      ]);
    });

    describe("after a restart of the agent", () => {
      const known = (
        pod: "a" | "b",
      ): { address: typeof a.address; suffix: string; routeTable: number } => ({
        address: POD_ADDRESS[pod],
        suffix: podSuffix({ namespace: "default", name: `pod-${pod}` }),
        routeTable: pod === "a" ? 254 : 2,
      });

      test("living pods in order are left alone", () => {
        wirePod(a);
        wirePod(b);
        const before = hostState();
        const outcome = normalisePods({ netns: node, pods: [known("a"), known("b")], free: [] });
        expect(outcome).toEqual({ dead: [], repaired: [], failed: [] });
        expect(hostState()).toEqual(before);
      });

      test("rules and routes of living pods are put right", () => {
        wirePod(b);
        const before = hostState();
        withNetlink(node, (socket) => {
          const from = hostPrefix(b.address);
          deleteRules(socket, { priority: 512, to: from });
          ensureRule(socket, { priority: 1536, from, to: cidr("10.0.0.0/16"), table: 2 });
          ensureRule(socket, { priority: 1536, from, table: 3 });
          deleteRoute(socket, { destination: from });
        });
        const outcome = normalisePods({ netns: node, pods: [known("b")], free: [] });
        expect(outcome).toEqual({ dead: [], repaired: [known("b")], failed: [] });
        expect(hostState()).toEqual(before);
      });

      test("a pod whose set-up was cut off before its link was up is left alone, and the others are put right", () => {
        wirePod(a);
        wirePod(b);
        const before = hostState();
        withNetlink(node, (socket) => {
          setLink(socket, getLink(socket, a.hostVethName).index, { up: false });
          deleteRules(socket, { priority: 512, to: hostPrefix(b.address) });
        });
        const { dead, repaired, failed } = normalisePods({
          netns: node,
          pods: [known("a"), known("b")],
          free: [],
        });
        expect({ dead, repaired }).toEqual({ dead: [], repaired: [known("b")] });
        expect(failed.map(({ pod, error }) => [pod, error.errno])).toEqual([
          [known("a"), "ENETDOWN"],
        ]);
        withNetlink(node, (socket) => {
          setLink(socket, getLink(socket, a.hostVethName).index, { up: true });
        });
        normalisePods({ netns: node, pods: [known("a"), known("b")], free: [] });
        expect(hostState()).toEqual(before);
      });

      test("dead pods, and addresses that no pod has, lose their rules", () => {
        withNetlink(node, (socket) => {
          ensureRule(socket, { priority: 512, to: hostPrefix(b.address), table: 254 });
          ensureRule(socket, { priority: 1536, from: hostPrefix(b.address), table: 7 });
          ensureRule(socket, { priority: 1536, from: cidr("10.0.1.12/32"), table: 2 });
        });
        const free = [ip("10.0.1.12"), ip("10.0.1.13")];
        const outcome = normalisePods({ netns: node, pods: [known("b")], free });
        expect(outcome).toEqual({ dead: [known("b")], repaired: [], failed: [] });
        expect(hostState()).toEqual(clean);
      });
    });

    test("a hundred pods come and go without a trace", async () => {
      const labels = Array.from({ length: 100 }, (_, index) => `many-${String(index)}`);
      const pods = labels.map((label, index): PodWiring => ({
        ...b,
        podNetns: namespaces.create(label),
        hostVethName: hostVethName({ namespace: "default", name: label }),
        address: ip(`10.0.1.${String(100 + index)}`),
      }));
      for (const pod of pods) wirePod(pod);
      const routes = ipLines(node, "route show").filter((line) => line.startsWith("10.0.1."));
      expect(routes).toHaveLength(100);
      for (const pod of pods) unwirePod(pod);
      for (const label of labels) deleteNetns(namespaces.nameOf(label));
      // The kernel takes a namespace apart some time after its last user is gone.
      await vi.waitFor(() => {
        expect(hostState()).toEqual(clean);
      }, 30_000);
    });
  },
);
