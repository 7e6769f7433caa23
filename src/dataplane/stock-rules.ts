import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { BerthError } from "../base/index.ts";
import { legacyRemoval } from "./legacy-rules.ts";
import { withNetns } from "./netns.ts";
import { applyNft, listNft, type NftCommand, type NftNode } from "./nft.ts";
import { BRANCH_VETH_PREFIX } from "./numbers.ts";

/** What a node has had from the VPC CNI before Berth. */
export interface StockRules {
  /** What was removed, as names of chains and tables; empty on a node that never had it, and from the second time on. */
  readonly removed: readonly string[];
  /** Why rules of the VPC CNI may go on translating; undefined when none do. */
  readonly problem: BerthError | undefined;
}

const CHAIN = /^AWS-(SNAT|CONNMARK)-CHAIN-\d+$/;
const NATIVE_TABLE = "aws-cni";
/** Tables of iptables, as nftables shows them, with the chains from which the VPC CNI's own are entered. */
const BASE_CHAINS = [
  ["nat", "PREROUTING"],
  ["nat", "POSTROUTING"],
  ["mangle", "PREROUTING"],
] as const;

/**
 * Removes the VPC CNI's chains and marks, which would go on translating by its settings. Call it once Berth's own rules are
 * in place: open connections do not notice, since their translation and marks live in conntrack.
 *
 * Rules made through iptables-nft, and its own table, go by nft alone, in one transaction. Rules of the old kernel interface,
 * iptables-legacy, can be reached by that program only; when the machine does not have it, `problem` says so.
 */
export function removeStockRules({
  netns,
  primaryLink,
}: {
  readonly netns?: string | undefined;
  readonly primaryLink: string;
}): StockRules {
  try {
    const removed = removeNftRules(netns, primaryLink);
    const legacy = removeLegacyRules(netns);
    return { ...legacy, removed: [...removed, ...legacy.removed].sort() };
  } catch (problem) {
    // They are a nuisance, and no reason to leave pods without a network.
    if (problem instanceof BerthError) return { removed: [], problem };
    throw problem;
  }
}

function removeNftRules(netns: string | undefined, primaryLink: string): string[] {
  const chains = listNft(netns, "chains ip").flatMap(({ chain }) => {
    const { table, name } = (chain ?? {}) as { readonly table?: string; readonly name?: string };
    return table === undefined || name === undefined ? [] : [{ table, name }];
  });
  const stock = chains.filter(({ table, name }) => table === "nat" && CHAIN.test(name));
  const tables = chains.some(({ table }) => table === NATIVE_TABLE) ? [NATIVE_TABLE] : [];
  // The VPC CNI never removes its chain, so rules that only look like its own are not touched on other nodes.
  const entries = BASE_CHAINS.filter(
    ([table, name]) =>
      stock.length > 0 && chains.some((chain) => chain.table === table && chain.name === name),
  );
  const commands = [
    ...entries.flatMap(([table, name]) => removeRules(netns, { table, name, primaryLink })),
    ...stock.map(({ table, name }) => ({ flush: { chain: { family: "ip", table, name } } })),
    ...stock.map(({ table, name }) => ({ delete: { chain: { family: "ip", table, name } } })),
    ...tables.map((name) => ({ delete: { table: { family: "ip", name } } })),
  ];
  if (commands.length > 0) applyNft({ netns, commands });
  return [...stock.map(({ name }) => name), ...tables];
}

/** The deletion of a chain's rules that lead to the VPC CNI's chains, or copy and set its marks. */
function removeRules(
  netns: string | undefined,
  { table, name, primaryLink }: { table: string; name: string; primaryLink: string },
): NftCommand[] {
  return listNft(netns, `chain ip ${table} ${name}`).flatMap(({ rule }) => {
    const { handle, expr } = (rule ?? {}) as {
      readonly handle?: number;
      readonly expr?: NftNode[];
    };
    if (handle === undefined || expr === undefined || !isStock(expr, primaryLink)) return [];
    return [{ delete: { rule: { family: "ip", table, chain: name, handle } } }];
  });
}

/** nft does not show the comments of iptables, but that there is one: the VPC CNI's rules are known by their parts. */
function isStock(expr: readonly NftNode[], primaryLink: string): boolean {
  const words = expr.map((node) => wordOf(node)).filter((word) => word !== "counter");
  const jumped = words.some((word) => CHAIN.test(word));
  const link = words[0]?.startsWith("iif ") === true ? words[0].slice(4) : "";
  // Links of pods have the prefix of 1 to 4 characters that was given to the VPC CNI.
  const marked = /^\S{1,4}\*$/.test(link) || link === `${BRANCH_VETH_PREFIX}*` || link === "";
  const rest = link === "" ? words.join(" ") : words.slice(1).join(" ");
  return (
    jumped ||
    (marked && rest === "comment CONNMARK") ||
    (link === primaryLink && rest === "comment addrtype CONNMARK")
  );
}

function wordOf(node: NftNode): string {
  const { jump, xt, match, counter } = node as {
    readonly jump?: { readonly target: string };
    readonly xt?: { readonly name: string } | null;
    readonly match?: { readonly left: unknown; readonly right: unknown };
    readonly counter?: unknown;
  };
  if (jump !== undefined) return jump.target;
  if (counter !== undefined) return "counter";
  if (xt !== undefined) return xt?.name ?? "?";
  const isInput = JSON.stringify(match?.left) === '{"meta":{"key":"iifname"}}';
  return isInput ? `iif ${String(match?.right)}` : "?";
}

/** Tables that were made through the old interface of the kernel; nft can't see them. */
const LEGACY_TABLES = "/proc/thread-self/net/ip_tables_names";

function removeLegacyRules(netns: string | undefined): StockRules {
  const made = withNetns(netns, () => readOrNothing(LEGACY_TABLES)).split("\n");
  const tables = ["nat", "mangle"].filter((table) => made.includes(table));
  if (tables.length === 0) return { removed: [], problem: undefined };
  const saved = runLegacy(netns, "iptables-legacy-save", "");
  if (saved === undefined) return { removed: [], problem: legacyMissing() };
  const { input, chains } = legacyRemoval(saved);
  if (chains.length === 0) return { removed: [], problem: undefined };
  const done = runLegacy(netns, "iptables-legacy-restore --noflush --wait 5", input);
  return {
    removed: done === undefined ? [] : chains,
    problem: done === undefined ? legacyMissing() : undefined,
  };
}

function runLegacy(netns: string | undefined, line: string, input: string): string | undefined {
  const options = { input, encoding: "utf8", timeout: 10_000, maxBuffer: 64 << 20 } as const;
  const { status, stdout } = withNetns(netns, () => spawnSync("sh", ["-c", line], options));
  return status === 0 ? stdout : undefined;
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // A kernel without the old interface has no such file.
  }
}

function legacyMissing(): BerthError {
  return new BerthError(
    "legacyRules",
    "This node has rules made by iptables-legacy, which cannot be read here; the VPC CNI's may be among them.",
    {
      fix: "If `iptables-legacy-save | grep AWS-` shows any on the node, replace the node, or delete them with iptables-legacy.",
    },
  );
}
