import { describe, expect, test } from "vitest";
import { cidr, ip, ip6, mac } from "../testing/values.ts";
import {
  deleteAddressRequest,
  dumpAddressesRequest,
  newAddressRequest,
} from "./address-message.ts";
import { FAMILY } from "./ip.ts";
import {
  deleteLinkRequest,
  dumpLinksRequest,
  getLinkRequest,
  newVethRequest,
  setLinkRequest,
} from "./link-message.ts";
import type { NetlinkRequest } from "./message.ts";
import {
  deleteNeighbourRequest,
  dumpNeighboursRequest,
  newNeighbourRequest,
} from "./neighbour-message.ts";
import {
  deleteRouteRequest,
  dumpRoutesRequest,
  newRouteRequest,
  ROUTE_TYPE,
  SCOPE,
} from "./route-message.ts";
import { deleteRuleRequest, dumpRulesRequest, newRuleRequest } from "./rule-message.ts";

const MAC = mac("02:aa:bb:cc:dd:ee");
const POD = cidr("10.0.1.11/32");

describe("bytes of requests on a little-endian machine", () => {
  const rows: readonly { name: string; request: NetlinkRequest; what: string; body: string }[] = [
    {
      name: "veth pair across namespaces",
      request: newVethRequest({
        near: { name: "eth0", mtu: 9001, txQueueLength: 0 },
        nearUp: true,
        far: { name: "enicc21c2d7785", mac: MAC },
        farNetnsFd: 7,
      }),
      what: "create the veth pair eth0 and enicc21c2d7785",
      body:
        "00000000 00000000 01000000 01000000 09000300 65746830 00000000 08000400 29230000 08000d00 00000000" +
        "50001200 09000100 76657468 00000000 40000200 3c000100 00000000 00000000 00000000 00000000" +
        "13000300 656e6963 63323163 32643737 38350000 0a000100 02aabbcc ddee0000 08001c00 07000000",
    },
    {
      name: "veth pair in one namespace, down",
      request: newVethRequest({
        near: { name: "a" },
        nearUp: false,
        far: { name: "b" },
        farNetnsFd: undefined,
      }),
      what: "create the veth pair a and b",
      body:
        "00000000 00000000 00000000 00000000 06000300 61000000 30001200 09000100 76657468 00000000" +
        "20000200 1c000100 00000000 00000000 00000000 00000000 06000300 62000000",
    },
    {
      name: "look a link up",
      request: getLinkRequest("lo"),
      what: "look up link lo",
      body: "00000000 00000000 00000000 00000000 08001d00 01000000 07000300 6c6f0000",
    },
    {
      name: "list links",
      request: dumpLinksRequest(),
      what: "list links",
      body: "00000000 00000000 00000000 00000000",
    },
    {
      name: "change everything of a link",
      request: setLinkRequest(3, { up: true, mtu: 1500, mac: MAC, name: "x", netnsFd: 9 }),
      what: "set name x, MTU 1500, MAC 02:aa:bb:cc:dd:ee, another namespace, up on link 3",
      body:
        "00000000 03000000 01000000 01000000 06000300 78000000 08000400 dc050000 0a000100 02aabbcc ddee0000" +
        "08001c00 09000000",
    },
    {
      name: "link down",
      request: setLinkRequest(3, { up: false }),
      what: "set down on link 3",
      body: "00000000 03000000 00000000 01000000",
    },
    {
      name: "rename only: flags stay",
      request: setLinkRequest(3, { name: "x" }),
      what: "set name x on link 3",
      body: "00000000 03000000 00000000 00000000 06000300 78000000",
    },
    {
      name: "delete a link",
      request: deleteLinkRequest(3),
      what: "delete link 3",
      body: "00000000 03000000 00000000 00000000",
    },
    {
      name: "ENI address with broadcast",
      request: newAddressRequest({ linkIndex: 3, address: ip("10.0.1.10"), bits: 24 }),
      what: "add address 10.0.1.10/24 on link 3",
      body: "02180000 03000000 08000200 0a00010a 08000100 0a00010a 08000400 0a0001ff",
    },
    {
      name: "pod address without broadcast",
      request: newAddressRequest({ linkIndex: 3, address: ip("10.0.1.11"), bits: 32 }),
      what: "add address 10.0.1.11/32 on link 3",
      body: "02200000 03000000 08000200 0a00010b 08000100 0a00010b",
    },
    {
      name: "IPv6 address, no duplicate detection",
      request: newAddressRequest({ linkIndex: 3, address: ip6("2001:db8::1"), bits: 128 }),
      what: "add address 2001:db8::1/128 on link 3",
      body:
        "0a800200 03000000 14000200 20010db8 00000000 00000000 00000001" +
        "14000100 20010db8 00000000 00000000 00000001",
    },
    {
      name: "delete an address",
      request: deleteAddressRequest({ linkIndex: 3, address: ip("10.0.1.10"), bits: 24 }),
      what: "delete address 10.0.1.10/24 on link 3",
      body: "02180000 03000000 08000200 0a00010a 08000100 0a00010a",
    },
    {
      name: "list addresses",
      request: dumpAddressesRequest(),
      what: "list addresses",
      body: "00000000 00000000",
    },
    {
      name: "of one link",
      request: dumpAddressesRequest(5),
      what: "list addresses",
      body: "00000000 05000000",
    },
    {
      name: "host route to a pod",
      request: newRouteRequest("replace", { destination: POD, linkIndex: 9 }),
      what: "replace route 10.0.1.11/32 on link 9 in table 254",
      body: "02200000 fe03fd01 00000000 08000100 0a00010b 08000400 09000000",
    },
    {
      name: "default route in a numbered table",
      request: newRouteRequest("add", {
        destination: cidr("0.0.0.0/0"),
        via: ip("10.0.1.1"),
        linkIndex: 3,
        table: 10_101,
        onlink: true,
        preferredSource: ip("10.0.1.10"),
      }),
      what: "add route 0.0.0.0/0 via 10.0.1.1 on link 3 in table 10101",
      body: "02000000 00030001 04000000 08000f00 75270000 08000400 03000000 08000700 0a00010a 08000500 0a000101",
    },
    {
      name: "blackhole",
      request: newRouteRequest("replace", { destination: POD, type: ROUTE_TYPE.blackhole }),
      what: "replace route 10.0.1.11/32 in table 254",
      body: "02200000 fe030006 00000000 08000100 0a00010b",
    },
    {
      name: "delete a route of any scope",
      request: deleteRouteRequest({ destination: POD }),
      what: "delete route 10.0.1.11/32 in table 254",
      body: "02200000 fe00ff00 00000000 08000100 0a00010b",
    },
    {
      name: "delete the connected route of an ENI",
      request: deleteRouteRequest({
        destination: cidr("10.0.1.0/24"),
        scope: SCOPE.link,
        preferredSource: ip("10.0.1.10"),
      }),
      what: "delete route 10.0.1.0/24 in table 254",
      body: "02180000 fe00fd00 00000000 08000100 0a000100 08000700 0a00010a",
    },
    {
      name: "list one table",
      request: dumpRoutesRequest(FAMILY.ipv4, 2),
      what: "list routes of table 2",
      body: "02000000 00000000 00000000 08000f00 02000000",
    },
    {
      name: "list all tables",
      request: dumpRoutesRequest(FAMILY.ipv6, 0),
      what: "list routes of table 0",
      body: "0a000000 00000000 00000000",
    },
    {
      name: "to-pod rule",
      request: newRuleRequest({ priority: 512, to: POD, table: 254 }),
      what: "add rule 512: from all to 10.0.1.11/32 lookup 254",
      body: "02200000 fe000001 00000000 08000100 0a00010b 08000600 00020000",
    },
    {
      name: "from-pod rule",
      request: newRuleRequest({ priority: 1536, from: POD, table: 2 }),
      what: "add rule 1536: from 10.0.1.11/32 lookup 2",
      body: "02002000 02000001 00000000 08000200 0a00010b 08000600 00060000",
    },
    {
      name: "mark rule",
      request: newRuleRequest({ priority: 1024, mark: 0x80, mask: 0x80, table: 254 }),
      what: "add rule 1024: from all fwmark 0x80/0x80 lookup 254",
      body: "02000000 fe000001 00000000 08000600 00040000 08000a00 80000000 08001000 80000000",
    },
    {
      name: "rule by input link, large table, IPv6",
      request: newRuleRequest({ priority: 10, inputLink: "vlan.eth.7", table: 300 }, FAMILY.ipv6),
      what: "add rule 10: from all iif vlan.eth.7 lookup 300",
      body: "0a000000 00000001 00000000 0f000300 766c616e 2e657468 2e370000 08000600 0a000000 08000f00 2c010000",
    },
    {
      name: "delete whatever comes from an address",
      request: deleteRuleRequest({ from: POD }),
      what: "delete rule from 10.0.1.11/32",
      body: "02002000 00000001 00000000 08000200 0a00010b",
    },
    {
      name: "list rules",
      request: dumpRulesRequest(FAMILY.ipv4),
      what: "list rules",
      body: "02000000 00000000 00000000",
    },
    {
      name: "permanent neighbour",
      request: newNeighbourRequest("add", { linkIndex: 2, address: ip("169.254.1.1"), mac: MAC }),
      what: "add neighbour 169.254.1.1 on link 2 at 02:aa:bb:cc:dd:ee",
      body: "02000000 02000000 80000000 08000100 a9fe0101 0a000200 02aabbcc ddee0000",
    },
    {
      name: "delete a neighbour",
      request: deleteNeighbourRequest({ linkIndex: 2, address: ip("169.254.1.1") }),
      what: "delete neighbour 169.254.1.1 on link 2",
      body: "02000000 02000000 00000000 08000100 a9fe0101",
    },
    {
      name: "list neighbours",
      request: dumpNeighboursRequest(FAMILY.ipv4),
      what: "list neighbours",
      body: "02000000 00000000 00000000",
    },
  ];

  test.each(rows)("$name", ({ request, what, body }) => {
    expect(request.what).toBe(what);
    expect(Buffer.from(request.body).toString("hex")).toBe(body.replaceAll(" ", ""));
  });

  test("adding is exclusive, replacing is not", () => {
    const route = { destination: POD, linkIndex: 1 };
    const neighbour = { linkIndex: 2, address: ip("169.254.1.1"), mac: MAC };
    expect(newRouteRequest("add", route).flags).toBe(0x600);
    expect(newRouteRequest("replace", route).flags).toBe(0x500);
    expect(newNeighbourRequest("add", neighbour).flags).toBe(0x600);
    expect(newNeighbourRequest("replace", neighbour).flags).toBe(0x500);
    expect(newRuleRequest({ priority: 1, table: 2 }).flags).toBe(0x600);
  });
});
