import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { BerthError } from "../../base/index.ts";
import type { Ip } from "../../net/index.ts";
import type { SavedLease } from "../../pool/index.ts";
import type { Boot } from "../boot.ts";
import type { Log } from "../log.ts";
import { replaceFile } from "../replace-file.ts";
import { parseStockCheckpoint, renderAllocation, renderStockCheckpoint } from "./ipam-json.ts";

/** The VPC CNI's checkpoint beside Berth's own. */
export interface StockFile {
  readonly path: string;
  /**
   * What the VPC CNI's agent has left there; undefined if Berth's own checkpoint was written later, or if there is none.
   * Throws BerthError `stockCheckpointUnreadable`, which has to end the start: addresses could be given out twice.
   */
  takeOver(own: string): readonly SavedLease<Ip>[] | undefined;
  /** Writes the leases in the VPC CNI's format, for the way back; nothing if its directory does not exist. Throws. */
  write(leases: readonly SavedLease<Ip>[]): void;
}

/** What is needed of the machine. */
export interface StockFileSettings {
  readonly path: string;
  readonly boot: Boot;
  readonly log: Pick<Log, "info" | "warn">;
}

/**
 * The checkpoint of the VPC CNI at `path`. Berth writes it with every change, and always before its own: so whichever is
 * the later one is what happened last, also when the VPC CNI's agent has run in between.
 */
export function openStockFile({ path, boot, log }: StockFileSettings): StockFile {
  const kept = existsSync(dirname(path));
  let timestamps: ReadonlyMap<string, string> = new Map();
  // Every change writes all leases, and a pod's start must not wait for what is known of two hundred others.
  const texts = new WeakMap<SavedLease<Ip>, string>();

  function allocationOf(lease: SavedLease<Ip>): string {
    const text = texts.get(lease) ?? renderAllocation(lease, timestamps.get(lease.key));
    texts.set(lease, text);
    return text;
  }

  return {
    path,
    takeOver(own) {
      const writtenMs = modifiedMs(path);
      if (writtenMs === undefined || writtenMs <= (modifiedMs(own) ?? -Infinity)) return undefined;
      const read = parseStockCheckpoint(readText(path));
      if (!read.ok) {
        // Half a file of a machine that lost power; whatever it said, its pods are gone.
        if (writtenMs < boot.startedAtMs) return undefined;
        throw unreadable(path, read.why, undefined);
      }
      const { leases } = read;
      timestamps = new Map(leases.map(({ key, timestampNs }) => [key, timestampNs]));
      log.info({ path, leases: leases.length }, "takes over the pods of the VPC CNI's checkpoint");
      return leases.map(({ key, pod, address, assignedAtMs }) => ({
        key,
        pod,
        address,
        assignedAtMs,
      }));
    },
    write(leases) {
      if (kept) replaceFile(path, renderStockCheckpoint(leases, allocationOf));
    },
  };
}

function modifiedMs(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw unreadable(path, "it can't be read", cause);
  }
}

function unreadable(path: string, why: string, cause: unknown): BerthError {
  return new BerthError(
    "stockCheckpointUnreadable",
    `Cannot take over the VPC CNI's checkpoint ${path}: ${why}.`,
    {
      fix: "Without it addresses of running pods could be given out twice. Drain the node, delete the file, and start the agent again; or put the VPC CNI back, which writes it anew.",
      facts: { path },
      cause,
    },
  );
}
