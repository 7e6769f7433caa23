import { closeSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { listLinks } from "./links.ts";
import { listenInNetns } from "./listen.ts";
import { withNetlink } from "./netlink-session.ts";
import {
  createNetns,
  deleteNetns,
  isNamespacePath,
  listNetns,
  openNetns,
  OWN_NETNS,
  sameNamespace,
  withNetns,
} from "./netns.ts";
import { applyNft } from "./nft.ts";
import { readSysctl, writeSysctl } from "./sysctl.ts";
import { seenAddress } from "./testing/probe.ts";
import { ipJson, KERNEL_TESTS_MISSING, nftText, TestNamespaces } from "./testing/test-netns.ts";
import { ip, ip6 } from "./testing/values.ts";

const LOOPBACK = ip("127.0.0.1");

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `network namespaces (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    afterAll(() => {
      namespaces.deleteAll();
    });

    test("a new one has a name, a loopback that is up and nothing else; then it is gone", () => {
      const path = namespaces.create("fresh");
      expect(isNamespacePath(path)).toBe(true);
      expect(sameNamespace(path, OWN_NETNS)).toBe(false);
      expect(listNetns()).toContain(namespaces.nameOf("fresh"));
      const links = ipJson(path, "link show");
      expect(links.map(({ ifname }) => ifname)).toEqual(["lo"]);
      expect(links[0]?.["flags"]).toContain("UP");
      expect(deleteNetns(namespaces.nameOf("fresh"))).toBe(true);
      expect(existsSync(path)).toBe(false);
      expect(deleteNetns(namespaces.nameOf("fresh")), "again").toBe(false);
    });

    test("a name that is taken is refused, and stays", () => {
      const path = namespaces.create("taken");
      const before = ipJson(path, "link show");
      expect(() => createNetns(namespaces.nameOf("taken"))).toThrow(
        expect.objectContaining({ code: "netnsExists" }),
      );
      expect(ipJson(path, "link show")).toEqual(before);
    });

    test("code runs inside and comes back, also when it throws", () => {
      const path = namespaces.create("inside");
      const home = withNetlink(undefined, listLinks).length;
      expect(withNetns(path, () => sameNamespace(path, OWN_NETNS))).toBe(true);
      expect(withNetns(undefined, () => sameNamespace(path, OWN_NETNS))).toBe(false);
      const stop = (): never => {
        throw new Error("stop");
      };
      expect(() => withNetns(path, stop)).toThrow("stop");
      expect(sameNamespace(path, OWN_NETNS)).toBe(false);
      expect(withNetlink(undefined, listLinks)).toHaveLength(home);
    });

    test("one inside another comes back to the outer one", () => {
      const [outer, inner] = [namespaces.create("outer"), namespaces.create("inner")];
      const seen = withNetns(outer, () => [
        withNetns(inner, () => sameNamespace(inner, OWN_NETNS)),
        sameNamespace(outer, OWN_NETNS),
      ]);
      expect(seen).toEqual([true, true]);
    });

    test("what is no namespace cannot be entered", () => {
      const directory = mkdtempSync(join(tmpdir(), "berth-test-"));
      const file = join(directory, "file");
      writeFileSync(file, "");
      expect(isNamespacePath(file)).toBe(false);
      expect(isNamespacePath(join(directory, "missing"))).toBe(false);
      expect(() => withNetns(file, () => 1)).toThrow(expect.objectContaining({ errno: "EINVAL" }));
      expect(() => openNetns(join(directory, "missing"))).toThrow(
        expect.objectContaining({ code: "netnsMissing" }),
      );
      rmSync(directory, { recursive: true });
    });

    test("a server of this process listens inside", async () => {
      const netns = namespaces.create("server");
      const server = createServer((socket) => {
        socket.once("data", () => socket.end("inside"));
      });
      server.listen({ fd: listenInNetns({ netns, address: LOOPBACK, port: 80 }) });
      await once(server, "listening");
      const end = { netns, address: LOOPBACK, port: 80, timeoutMs: 1000 };
      expect(await seenAddress(end)).toBe("inside");
      expect(() => listenInNetns(end)).toThrow(expect.objectContaining({ errno: "EADDRINUSE" }));
      expect(() => listenInNetns({ ...end, address: ip("10.9.9.9") })).toThrow(
        expect.objectContaining({
          errno: "EADDRNOTAVAIL",
          message: expect.stringContaining(netns) as string,
        }),
      );
      closeSync(listenInNetns({ ...end, address: ip6("::1"), port: 81 }));
      server.close();
    });

    test("settings of the kernel are those of the namespace", () => {
      const netns = namespaces.create("sysctl");
      const key = ["ipv4", "ip_forward"];
      const own = readSysctl(key);
      expect(writeSysctl(key, 1, { netns })).toBe(true);
      expect(readSysctl(key, { netns })).toBe("1");
      expect(readSysctl(key)).toBe(own);
      expect(writeSysctl(["ipv4", "conf", "none", "rp_filter"], 2, { netns })).toBe(false);
      expect(readSysctl(["ipv4", "no_such_thing"], { netns })).toBeUndefined();
      expect(() => writeSysctl(["ipv4", "conf", "lo", "forwarding"], NaN, { netns })).toThrow(
        expect.objectContaining({ code: "sysctlRefused" }),
      );
      expect(() => readSysctl(["ipv4"], { netns })).toThrow(/EISDIR/);
    });

    test("nft commands are one transaction", () => {
      const netns = namespaces.create("nft");
      const table = { family: "ip", name: "t" };
      applyNft({ netns, commands: [{ add: { table } }] });
      const before = nftText(netns, "list ruleset");
      expect(before).toContain("table ip t");
      const wrong = { add: { chain: { family: "ip", table: "missing", name: "c" } } };
      expect(() => {
        applyNft({ netns, commands: [{ delete: { table } }, wrong] });
      }).toThrow(expect.objectContaining({ code: "nftRefused" }));
      expect(nftText(netns, "list ruleset")).toBe(before);
    });
  },
);
