import { spawnSync } from "node:child_process";
import { BerthError } from "../base/index.ts";
import { withNetns } from "./netns.ts";

/** One command of nftables' JSON schema, such as `{ add: { table: { family: "ip", name: "x" } } }`. */
export type NftCommand = Readonly<Record<string, unknown>>;

/** A statement or an expression of that schema. */
export type NftNode = Readonly<Record<string, unknown>>;

/** How long nft may take; it needs some 10 ms. */
const NFT_TIMEOUT_MS = 10_000;

/** Chains of a service proxy can be long. */
const OUTPUT_MAX_BYTES = 64 << 20;

/** nft opens /dev/stdin, which the kernel refuses for the socket that Node gives a child; a pipe it allows. */
const NFT_FROM_PIPE = "cat | nft --json --file -";

/** What a shell answers for a program that it does not find. */
const NOT_FOUND = 127;

/**
 * Carries out commands as one transaction: all, or none. Code "nftMissing" when the program is not installed,
 * "nftRefused" with nft's own words otherwise.
 */
export function applyNft({
  netns,
  commands,
}: {
  readonly netns?: string | undefined;
  readonly commands: readonly NftCommand[];
}): void {
  const document = { nftables: [{ metainfo: { json_schema_version: 1 } }, ...commands] };
  run({ netns, line: NFT_FROM_PIPE, input: JSON.stringify(document) });
}

/** What `nft list …` shows, without its head: objects such as `{ rule: … }`. Throws as {@link applyNft} does. */
export function listNft(netns: string | undefined, what: string): NftNode[] {
  const said = run({ netns, line: `nft --json list ${what}`, input: "" });
  const { nftables } = JSON.parse(said) as { readonly nftables: readonly NftNode[] };
  return nftables.filter((node) => !("metainfo" in node));
}

function run({
  netns,
  line,
  input,
}: {
  readonly netns: string | undefined;
  readonly line: string;
  readonly input: string;
}): string {
  const outcome = withNetns(netns, () =>
    spawnSync("sh", ["-c", line], {
      input,
      encoding: "utf8",
      timeout: NFT_TIMEOUT_MS,
      maxBuffer: OUTPUT_MAX_BYTES,
    }),
  );
  const where = netns === undefined ? "" : ` in ${netns}`;
  if (outcome.error !== undefined || outcome.status === NOT_FOUND) {
    const why = outcome.error?.message ?? "it is not installed";
    throw new BerthError("nftMissing", `Cannot run nft${where}: ${why}.`, {
      fix: "Install it: on Debian, `apt-get install nftables`.",
      facts: { netns },
      cause: outcome.error,
    });
  }
  if (outcome.status !== 0) {
    const said = outcome.stderr.trim() || outcome.stdout.trim();
    throw new BerthError("nftRefused", `nft refused the rules${where}: ${said}`, {
      fix: "Check that you are root and that the kernel has nf_tables, with nat and fib; nothing was changed.",
      facts: { netns, status: outcome.status },
    });
  }
  return outcome.stdout;
}
