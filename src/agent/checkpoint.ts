import { readFileSync, statSync } from "node:fs";
import { BerthError } from "../base/index.ts";
import { formatIp, parseIp } from "../net/index.ts";
import type { Ip } from "../net/index.ts";
import type { SavedLease } from "../pool/index.ts";
import type { Boot } from "./boot.ts";
import { isRecord } from "./json.ts";
import { replaceFile } from "./replace-file.ts";
import type { StockFile } from "./stock/stock-file.ts";

/** The file that remembers which pod holds which address, so that a restarted agent hands none out twice. */
export interface Checkpoint {
  /**
   * What the last process wrote; nothing if there is no file, or if it is of an earlier boot of the machine. Throws
   * BerthError `checkpointUnreadable`, which has to end the start: without it addresses could be given out twice.
   */
  load(): readonly SavedLease<Ip>[];
  /**
   * Resolves when the file holds the leases as they were at the call, or later. Calls of one turn of the event loop
   * share a write: fifty concurrent ADDs are one write, not fifty in a row. Rejects with BerthError
   * `checkpointUnwritable`; the file then is what it was.
   */
  commit(): Promise<void>;
}

const VERSION = "berth-checkpoint/1";

/**
 * A checkpoint in `file`, of the leases that `leases` gives at the time of a write.
 *
 * A write goes to a second file that then takes the first one's name, so a process killed at any moment leaves the
 * old content or the new one, never half of it. It is not forced to the disk: after a crash of the *machine* there
 * are no pods any more, and a file of an earlier boot is not read. Written synchronously because on the memory file
 * system where it lives that is quicker than a round trip to a thread.
 */
export function newCheckpoint({ file, leases, boot, stock }: CheckpointSettings): Checkpoint {
  let pending: PromiseWithResolvers<void> | undefined;

  function flush(): void {
    const written = pending;
    pending = undefined;
    try {
      const held = leases();
      // Before our own: the later of the two is the one that counts at a start.
      if (stock !== undefined) writeStock(stock, held);
      replaceFile(file, render(held, boot));
      written?.resolve();
    } catch (cause) {
      written?.reject(cause instanceof BerthError ? cause : unwritable(file, cause));
    }
  }

  return {
    load: () => stock?.takeOver(file) ?? load(file, boot),
    commit() {
      if (pending === undefined) {
        pending = Promise.withResolvers();
        setImmediate(flush);
      }
      return pending.promise;
    },
  };
}

/** What a checkpoint needs. */
export interface CheckpointSettings {
  readonly file: string;
  readonly leases: () => readonly SavedLease<Ip>[];
  readonly boot: Boot;
  /** The VPC CNI's checkpoint: read if it is the later one, and written with this one. */
  readonly stock?: Pick<StockFile, "path" | "takeOver" | "write"> | undefined;
}

function writeStock(
  stock: Pick<StockFile, "path" | "write">,
  leases: readonly SavedLease<Ip>[],
): void {
  try {
    stock.write(leases);
  } catch (cause) {
    throw unwritable(stock.path, cause, "AWS_VPC_K8S_CNI_BACKING_STORE");
  }
}

function render(leases: readonly SavedLease<Ip>[], boot: Boot): string {
  const head = JSON.stringify({ version: VERSION, bootId: boot.id }).slice(0, -1);
  return `${head},"leases":[${leases.map(leaseText).join(",")}]}\n`;
}

// Every change writes all leases, and a pod's start must not wait for what is known of two hundred others.
const texts = new WeakMap<SavedLease<Ip>, string>();

function leaseText(lease: SavedLease<Ip>): string {
  const known = texts.get(lease);
  if (known !== undefined) return known;
  const { key, pod, address, assignedAtMs } = lease;
  const { namespace, name } = pod;
  const saved = { key, namespace, pod: name, address: formatIp(address) };
  const text = JSON.stringify({ ...saved, assignedAtMs: Math.round(assignedAtMs) });
  texts.set(lease, text);
  return text;
}

function load(file: string, boot: Boot): readonly SavedLease<Ip>[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if (isRecord(cause) && cause["code"] === "ENOENT") return [];
    throw unreadable(file, "it can't be read", cause);
  }
  const parsed = parse(text);
  if (parsed !== undefined && parsed.bootId !== boot.id) return [];
  if (parsed === undefined) {
    // A machine that lost power may leave an empty file behind; whatever it said, its pods are gone.
    if (statSync(file).mtimeMs < boot.startedAtMs) return [];
    throw unreadable(file, `it is not a checkpoint of ${VERSION}`, undefined);
  }
  return parsed.leases;
}

function parse(text: string): { bootId: string; leases: SavedLease<Ip>[] } | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(json) || json["version"] !== VERSION) return undefined;
  const { bootId, leases } = json;
  if (typeof bootId !== "string" || !Array.isArray(leases)) return undefined;
  const saved: SavedLease<Ip>[] = [];
  for (const entry of leases) {
    const lease = parseLease(entry);
    if (lease === undefined) return undefined;
    saved.push(lease);
  }
  return { bootId, leases: saved };
}

function parseLease(entry: unknown): SavedLease<Ip> | undefined {
  if (!isRecord(entry)) return undefined;
  const { key, namespace, pod, address, assignedAtMs } = entry;
  const ip = typeof address === "string" ? parseIp(address) : undefined;
  if (typeof key !== "string" || typeof namespace !== "string" || typeof pod !== "string")
    return undefined;
  if (ip === undefined || typeof assignedAtMs !== "number") return undefined;
  return { key, pod: { namespace, name: pod }, address: ip, assignedAtMs };
}

function unwritable(file: string, cause: unknown, variable = "BERTH_CHECKPOINT_FILE"): BerthError {
  return new BerthError(
    "checkpointUnwritable",
    `Cannot write the checkpoint ${file}: ${reasonOf(cause)}.`,
    {
      fix: `Make room on its file system and check that the agent may write there; ${variable} names it.`,
      facts: { file },
      cause,
    },
  );
}

function unreadable(file: string, why: string, cause: unknown): BerthError {
  return new BerthError(
    "checkpointUnreadable",
    `Cannot take over the checkpoint ${file}: ${why}.`,
    {
      fix: "Without it addresses of running pods could be given out twice. Drain the node, delete the file, and start the agent again.",
      facts: { file },
      cause,
    },
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
