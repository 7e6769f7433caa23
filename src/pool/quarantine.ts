import type { Cidr } from "../net/index.ts";
import { blockKey } from "./block.ts";

/** How long instance metadata may go on listing a block that was given back (VPC CNI v1.23). */
export const QUARANTINE_MS = 60_000;

/**
 * Blocks that were given back to the subnet a short while ago. What lists them meanwhile is out of date,
 * so they are not taken into the pool again.
 */
export class Quarantine {
  readonly #untilMs = new Map<number, number>();

  add(cidr: Cidr, nowMs: number): void {
    for (const [key, untilMs] of this.#untilMs) if (nowMs > untilMs) this.#untilMs.delete(key);
    this.#untilMs.set(blockKey(cidr), nowMs + QUARANTINE_MS);
  }

  remove(cidr: Cidr): void {
    this.#untilMs.delete(blockKey(cidr));
  }

  /** Whether the block is still to be ignored. */
  holds(cidr: Cidr, nowMs: number): boolean {
    return nowMs <= (this.#untilMs.get(blockKey(cidr)) ?? -Infinity);
  }

  clear(): void {
    this.#untilMs.clear();
  }
}
