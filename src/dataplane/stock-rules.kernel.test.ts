import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { setUpHost } from "./host.ts";
import { removeStockRules } from "./stock-rules.ts";
import { KERNEL_TESTS_MISSING, nftText, TestNamespaces } from "./testing/test-netns.ts";
import { buildTopology, hostSettings } from "./testing/topology.ts";

/** The rules of the VPC CNI v1.23 for a VPC 10.0.0.0/16, as its iptables commands make them; and one of somebody else. */
const STOCK = [
  "-t nat -N AWS-SNAT-CHAIN-0",
  '-t nat -A POSTROUTING -m comment --comment "AWS SNAT CHAIN" -j AWS-SNAT-CHAIN-0',
  '-t nat -A AWS-SNAT-CHAIN-0 -d 10.0.0.0/16 -m comment --comment "AWS SNAT CHAIN" -j RETURN',
  '-t nat -A AWS-SNAT-CHAIN-0 ! -o vlan+ -m comment --comment "AWS, SNAT" -m addrtype ! --dst-type LOCAL -j SNAT --to-source 10.0.0.10 --random-fully',
  "-t nat -N AWS-CONNMARK-CHAIN-0",
  '-t nat -A PREROUTING -i eni+ -m comment --comment "AWS, outbound connections" -j AWS-CONNMARK-CHAIN-0',
  '-t nat -A PREROUTING -m comment --comment "AWS, CONNMARK" -j CONNMARK --restore-mark --mask 0x80',
  '-t nat -A AWS-CONNMARK-CHAIN-0 -m comment --comment "AWS, CONNMARK" -j CONNMARK --set-xmark 0x80/0x80',
  '-t mangle -A PREROUTING -m comment --comment "AWS, primary ENI" -i eth0 -m addrtype --dst-type LOCAL --limit-iface-in -j CONNMARK --set-mark 0x80/0x80',
  '-t mangle -A PREROUTING -m comment --comment "AWS, primary ENI" -i eni+ -j CONNMARK --restore-mark --mask 0x80',
  '-t mangle -A PREROUTING -m comment --comment "AWS, primary ENI" -i vlan+ -j CONNMARK --restore-mark --mask 0x80',
];
const OTHERS = [
  "-t nat -A POSTROUTING -s 172.17.0.0/16 -j MASQUERADE",
  '-t mangle -A PREROUTING -i wg0 -m comment --comment "of a tunnel" -j MARK --set-mark 0x1',
];
const NATIVE = [
  "add table ip aws-cni",
  "add chain ip aws-cni nat-prerouting { type nat hook prerouting priority -90; }",
  "add chain ip aws-cni snat-mark",
  'add rule ip aws-cni nat-prerouting iifname "eni*" counter jump snat-mark',
];

describe.skipIf(KERNEL_TESTS_MISSING !== undefined)(
  `what the VPC CNI has left on a node (${KERNEL_TESTS_MISSING ?? "on this kernel"})`,
  () => {
    const namespaces = new TestNamespaces();
    const netns = namespaces.path("node");
    beforeEach(() => {
      buildTopology(namespaces);
    });
    afterEach(() => {
      namespaces.deleteAll();
    });

    /** Runs a shell line inside, and returns what it printed; undefined when it failed. */
    function inside(line: string): string | undefined {
      const args = [`--net=${netns}`, "sh", "-c", line];
      const { status, stdout } = spawnSync("nsenter", args, { encoding: "utf8" });
      return status === 0 ? stdout : undefined;
    }

    const rules = (saved: string | undefined): string[] =>
      (saved ?? "").split("\n").filter((line) => line.startsWith("-A") || line.includes("AWS"));

    test.for([{ mode: "nft" }, { mode: "legacy" }])(
      "R-SNAT-2: rules made through iptables-$mode are removed, and only they",
      ({ mode }, { skip }) => {
        if (inside(`iptables-${mode} -t nat -L`) === undefined) skip(`no iptables-${mode} here`);
        for (const rule of OTHERS) inside(`iptables-${mode} ${rule}`);
        const own = rules(inside(`iptables-${mode}-save`));
        expect(own).toHaveLength(OTHERS.length);
        for (const rule of STOCK) expect(inside(`iptables-${mode} ${rule}`)).toBeDefined();
        expect(rules(inside(`iptables-${mode}-save`)).length).toBeGreaterThan(STOCK.length);
        const { primaryLink } = setUpHost(hostSettings(netns));
        expect(removeStockRules({ netns, primaryLink })).toEqual({
          removed: ["AWS-CONNMARK-CHAIN-0", "AWS-SNAT-CHAIN-0"],
          problem: undefined,
        });
        expect(rules(inside(`iptables-${mode}-save`))).toEqual(own);
        const again = removeStockRules({ netns, primaryLink });
        expect(again).toEqual({ removed: [], problem: undefined });
      },
    );

    test("its own nftables table goes, and Berth's stays", () => {
      for (const command of NATIVE) inside(`nft '${command}'`);
      const { primaryLink } = setUpHost(hostSettings(netns));
      const before = nftText(netns, "list table ip berth");
      const { removed } = removeStockRules({ netns, primaryLink });
      expect(removed).toEqual(["aws-cni"]);
      expect(nftText(netns, "list tables").trim()).toBe("table ip berth");
      expect(nftText(netns, "list table ip berth")).toBe(before);
    });

    test("rules like its own stay on a node that never had it", () => {
      inside(`iptables-nft ${STOCK.at(-2)}`);
      const before = nftText(netns, "list ruleset");
      expect(removeStockRules({ netns, primaryLink: "eth0" }).removed).toEqual([]);
      expect(nftText(netns, "list ruleset")).toBe(before);
    });
  },
);
