import type { EniId } from "../facts/index.ts";
import type { Cidr } from "../net/index.ts";
import type { Lease } from "./lease.ts";
import type { PoolChange } from "./views.ts";

/** Collects what changes until somebody takes it. */
export class ChangeLog {
  #addedEnis: EniId[] = [];
  #removedEnis: EniId[] = [];
  #addedBlocks: { eniId: EniId; cidr: Cidr }[] = [];
  #removedBlocks: { eniId: EniId; cidr: Cidr }[] = [];
  #lost: Lease[] = [];

  addedEni(eniId: EniId): void {
    this.#addedEnis.push(eniId);
  }

  removedEni(eniId: EniId): void {
    this.#removedEnis.push(eniId);
  }

  addedBlock(eniId: EniId, cidr: Cidr): void {
    this.#addedBlocks.push({ eniId, cidr });
  }

  removedBlock(eniId: EniId, cidr: Cidr): void {
    this.#removedBlocks.push({ eniId, cidr });
  }

  lost(lease: Lease): void {
    this.#lost.push(lease);
  }

  /** What happened since the last time. */
  take(): PoolChange {
    const change: PoolChange = {
      addedEnis: this.#addedEnis,
      removedEnis: this.#removedEnis,
      addedBlocks: this.#addedBlocks,
      removedBlocks: this.#removedBlocks,
      lost: this.#lost,
    };
    this.#addedEnis = [];
    this.#removedEnis = [];
    this.#addedBlocks = [];
    this.#removedBlocks = [];
    this.#lost = [];
    return change;
  }
}
