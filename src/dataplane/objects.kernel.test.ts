import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addAddress, deleteAddress, listAddresses } from "./addresses.ts";
import { ALL_IPV4 } from "./codec/ip.ts";
import { newNeighbourRequest } from "./codec/neighbour-message.ts";
import { deleteRouteRequest, newRouteRequest } from "./codec/route-message.ts";
import {
  addVethPair,
  deleteLink,
  findLink,
  findLinkByMac,
  getLink,
  listLinks,
  moveLink,
  setLink,
} from "./links.ts";
import { isErrno } from "./kernel-error.ts";
import { deleteNeighbour, listNeighbours, replaceNeighbour } from "./neighbours.ts";
import { openNetlink } from "./netlink-session.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { addRoute, deleteRoute, listRoutes, replaceRoute, replaceRoutes } from "./routes.ts";
import { deleteRule, deleteRules, ensureRule, listRules } from "./rules.ts";
import { ipJson, ipLines, KERNEL_TESTS_MISSING, TestNamespaces } from "./testing/test-netns.ts";
import { cidr, ip, mac } from "./testing/values.ts";

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `kernel objects, judged by ip (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    const here = namespaces.path("here");
    const there = namespaces.path("there");
    let socket: NetlinkSocket;
    let linkIndex = 0;

    beforeAll(() => {
      namespaces.create("here");
      namespaces.create("there");
      socket = openNetlink(here);
      addVethPair(socket, { name: "d0", up: true, peer: { name: "d1" } });
      setLink(socket, getLink(socket, "d1").index, { up: true });
      linkIndex = getLink(socket, "d0").index;
    });

    afterAll(() => {
      socket.close();
      namespaces.deleteAll();
    });

    test("a veth pair between two namespaces, changed and deleted", () => {
      const [near, far] = [mac("02:00:00:00:00:01"), mac("02:00:00:00:00:02")];
      addVethPair(socket, {
        name: "v0",
        mac: near,
        mtu: 9001,
        up: true,
        peer: { name: "far0", mac: far, mtu: 9001, txQueueLength: 0, netns: there },
      });
      expect(ipJson(here, "-d link show dev v0")).toMatchObject([
        { address: near, mtu: 9001, txqlen: 1000, linkinfo: { info_kind: "veth" } },
      ]);
      expect(ipJson(there, "link show dev far0")).toMatchObject([
        { address: far, mtu: 9001, operstate: "DOWN" },
      ]);
      const link = getLink(socket, "v0");
      expect(link).toMatchObject({ name: "v0", mac: near, up: true, carrier: false, kind: "veth" });
      expect(findLinkByMac(socket, near)).toEqual(link);
      setLink(socket, link.index, { up: false });
      setLink(socket, link.index, { name: "v1", mtu: 1500, mac: mac("02:00:00:00:00:03") });
      expect(ipJson(here, "link show dev v1")).toMatchObject([
        { address: "02:00:00:00:00:03", mtu: 1500 },
      ]);
      moveLink(socket, link.index, { netns: there, name: "moved" });
      expect(findLink(socket, "v1")).toBeUndefined();
      expect(ipJson(there, "link show").map(({ ifname }) => ifname)).toEqual(
        expect.arrayContaining(["lo", "far0", "moved"]),
      );
      const other = openNetlink(there);
      moveLink(other, getLink(other, "moved").index, { netns: here });
      const { index } = getLink(socket, "moved");
      expect(deleteLink(socket, index)).toBe(true);
      expect(deleteLink(socket, index), "again").toBe(false);
      expect(listLinks(other).map(({ name }) => name)).toEqual(["lo"]);
      other.close();
    });

    test("a pair in one namespace; a name that is taken", () => {
      addVethPair(socket, { name: "a", peer: { name: "b" } });
      const again = (): void => {
        addVethPair(socket, { name: "c", peer: { name: "b" } });
      };
      expect(again).toThrow(
        expect.objectContaining({
          errno: "EEXIST",
          message: expect.stringContaining("Cannot create the veth pair c and b") as string,
          fix: expect.stringContaining("use another") as string,
        }),
      );
      expect(findLink(socket, "c")).toBeUndefined();
      deleteLink(socket, getLink(socket, "a").index);
    });

    test("what is missing is named", () => {
      expect(() => getLink(socket, "none")).toThrow(`Cannot look up link none in ${here}: ENODEV.`);
    });

    test("what else is wrong is thrown, not taken for absence", () => {
      expect(() => findLink(socket, "a-name-that-is-too-long")).toThrow(
        expect.objectContaining({ errno: "ERANGE" }),
      );
      expect(() => deleteLink(socket, 0)).toThrow(expect.objectContaining({ errno: "EINVAL" }));
      const closed = openNetlink(here);
      closed.close();
      expect(() => listLinks(closed)).toThrow("Cannot list links");
    });

    test("addresses", () => {
      const key = { linkIndex, address: ip("10.0.1.10"), bits: 24 };
      addAddress(socket, key);
      expect(ipJson(here, "-4 addr show dev d0")[0]?.["addr_info"]).toMatchObject([
        { local: "10.0.1.10", prefixlen: 24, broadcast: "10.0.1.255", scope: "global" },
      ]);
      expect(listAddresses(socket, { linkIndex }).filter(({ scope }) => scope === 0)).toMatchObject(
        [key],
      );
      expect(() => {
        addAddress(socket, key);
      }).toThrow(expect.objectContaining({ errno: "EEXIST" }));
      expect(deleteAddress(socket, key)).toBe(true);
      expect(deleteAddress(socket, key)).toBe(false);
      expect(listAddresses(socket).some(({ address }) => address === key.address)).toBe(false);
    });

    test("routes of main and of a table with a large number", () => {
      const gateway = { destination: cidr("10.0.1.1/32"), linkIndex, table: 10_101 };
      const byGateway = { destination: ALL_IPV4, via: ip("10.0.1.1"), linkIndex, table: 10_101 };
      expect(() => {
        addRoute(socket, byGateway);
      }).toThrow(expect.objectContaining({ errno: "ENETUNREACH" }));
      expect(listRoutes(socket, { table: 4242 }), "a table that nobody made").toEqual([]);
      replaceRoutes(socket, [gateway, { ...byGateway, onlink: true }]);
      addRoute(socket, { destination: cidr("10.7.0.0/16"), linkIndex });
      expect(ipLines(here, "route show table 10101")).toEqual([
        "default via 10.0.1.1 dev d0 onlink",
        "10.0.1.1 dev d0 scope link",
      ]);
      expect(listRoutes(socket, { table: 10_101 })).toMatchObject([
        { ...byGateway, onlink: true, scope: 0 },
        { ...gateway, scope: 253, protocol: 3 },
      ]);
      expect(listRoutes(socket)).toMatchObject([{ destination: cidr("10.7.0.0/16"), table: 254 }]);
      replaceRoute(socket, { destination: cidr("10.7.0.0/16"), type: 7 });
      expect(ipLines(here, "route show")).toEqual(["unreachable 10.7.0.0/16"]);
      expect(deleteRoute(socket, { destination: cidr("10.7.0.0/16") })).toBe(true);
      expect(deleteRoute(socket, { destination: cidr("10.7.0.0/16") })).toBe(false);
    });

    test("rules", () => {
      const pod = cidr("10.0.1.11/32");
      expect(ensureRule(socket, { priority: 512, to: pod, table: 254 })).toBe(true);
      expect(ensureRule(socket, { priority: 512, to: pod, table: 254 })).toBe(false);
      ensureRule(socket, { priority: 1024, mark: 0x80, mask: 0x80, table: 254 });
      ensureRule(socket, { priority: 1536, from: pod, table: 10_101 });
      ensureRule(socket, { priority: 1537, from: pod, table: 3 });
      expect(ipLines(here, "rule show").slice(1, -2)).toEqual([
        "512: from all to 10.0.1.11 lookup main",
        "1024: from all fwmark 0x80/0x80 lookup main",
        "1536: from 10.0.1.11 lookup 10101",
        "1537: from 10.0.1.11 lookup 3",
      ]);
      expect(listRules(socket).find(({ priority }) => priority === 1536)).toEqual({
        priority: 1536,
        from: pod,
        table: 10_101,
      });
      expect(deleteRules(socket, { from: pod })).toBe(2);
      expect(deleteRule(socket, { priority: 512, to: pod, table: 254 })).toBe(true);
      expect(deleteRule(socket, { priority: 512, to: pod, table: 254 })).toBe(false);
      expect(deleteRule(socket, { priority: 1024 })).toBe(true);
      expect(ipLines(here, "rule show")).toHaveLength(3);
    });

    test("neighbours", () => {
      const address = ip("10.0.1.1");
      replaceNeighbour(socket, { linkIndex, address, mac: mac("02:00:00:00:00:01") });
      replaceNeighbour(socket, { linkIndex, address, mac: mac("02:00:00:00:00:02") });
      expect(ipLines(here, "neigh show")).toEqual([
        "10.0.1.1 dev d0 lladdr 02:00:00:00:00:02 PERMANENT",
      ]);
      expect(listNeighbours(socket)).toEqual([
        { linkIndex, address, mac: "02:00:00:00:00:02", permanent: true },
      ]);
      expect(deleteNeighbour(socket, { linkIndex, address })).toBe(true);
      expect(deleteNeighbour(socket, { linkIndex, address })).toBe(false);
    });

    test("a failure in a pipeline does not stop what follows, and is the one that is told", () => {
      const good = { destination: cidr("10.3.0.0/16"), linkIndex };
      const requests = [
        newRouteRequest("add", good),
        newRouteRequest("add", good),
        newRouteRequest("add", { ...good, destination: cidr("10.4.0.0/16") }),
        newNeighbourRequest("add", {
          linkIndex: 4711,
          address: ip("10.0.0.1"),
          mac: mac("02:00:00:00:00:01"),
        }),
      ];
      const outcomes = socket.outcomes(requests);
      expect(outcomes.map((outcome) => outcome?.errno)).toEqual([
        undefined,
        "EEXIST",
        undefined,
        "ENODEV",
      ]);
      expect(ipLines(here, "route show")).toHaveLength(2);
      expect(isErrno(outcomes[1], "EEXIST", "ESRCH")).toBe(true);
      expect(isErrno(outcomes[1], "ESRCH")).toBe(false);
      const cleared = ["10.3.0.0/16", "10.4.0.0/16"].map((text) =>
        deleteRouteRequest({ destination: cidr(text) }),
      );
      expect(socket.outcomes(cleared)).toEqual([undefined, undefined]);
      expect(socket.outcomes([])).toEqual([]);
    });

    test("more requests than one write takes, and a list longer than one read", () => {
      const destinations = Array.from({ length: 1000 }, (_, index) =>
        cidr(`10.200.${String(index >> 8)}.${String(index & 255)}/32`),
      );
      replaceRoutes(
        socket,
        destinations.map((destination) => ({ destination, linkIndex })),
      );
      expect(listRoutes(socket)).toHaveLength(1000);
      socket.requestAll(destinations.map((destination) => deleteRouteRequest({ destination })));
      expect(listRoutes(socket)).toEqual([]);
    });
  },
);
