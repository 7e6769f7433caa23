import type { AttachedEni } from "./attached-eni.ts";
import type { Lease, OwnerKey, PodName, Restored, SavedLease } from "./lease.ts";
import type { Refusal } from "./refusal.ts";
import type { PoolSettings } from "./settings.ts";
import type { Outcome, Step, WorkStep } from "./step.ts";
import type { EniView, PoolChange, PoolStats } from "./views.ts";

/** What an assignment came to. `already`: the key held this address before; nothing changed. */
export type Assigned =
  | { readonly ok: true; readonly lease: Lease; readonly already: boolean }
  | { readonly ok: false; readonly refusal: Refusal };

/** What a release came to. `unknownOwner` is normal for a DEL that comes twice. */
export type Released =
  | { readonly ok: true; readonly lease: Lease }
  | { readonly ok: false; readonly reason: "unknownOwner" };

/**
 * The addresses of one node (of one of its network cards): who holds which, and what to do next so that there
 * are always enough and never too many. No clock, no I/O, no promises, no randomness: times come in, steps go out.
 *
 * How to drive it: `observe` the attached ENIs, `restore` the checkpoint, then for ever: ask `next`, perform the
 * step (or sleep until the deadline or until something changes), give back the `outcome`. Pods are assigned and
 * released at any time in between. There is at most one step under way.
 *
 * Every `nowMs` is of one clock that does not go back (a step back is taken for standing still).
 */
export declare class Pool {
  constructor(settings: PoolSettings);
  /** The settings in force. */
  get settings(): PoolSettings;

  /** Gives the key an address, or says why there is none. The same key again gets the same address. */
  assign(key: OwnerKey, pod: PodName, nowMs: number): Assigned;
  /** Takes an assignment back as if it had not been, without cooldown: for when the checkpoint can't be written. */
  undoAssign(key: OwnerKey): void;
  /** The pod is gone: its address cools down. */
  release(key: OwnerKey, nowMs: number): Released;
  /** Takes a release back. `tooLate`: the address was given to another owner or left the node. */
  undoRelease(lease: Lease): "undone" | "tooLate";
  /** Who holds what: by key, or all, in order of assignment. */
  lease(key: OwnerKey): Lease | undefined;
  leases(): Lease[];

  /**
   * The truth about the attached ENIs, at start (from EC2, after they are set up) or whenever the caller has it.
   * ENIs and blocks that are not listed are removed, with their leases.
   */
  observe(enis: readonly AttachedEni[], nowMs: number): PoolChange;
  /** Takes over the leases of a checkpoint, after the first `observe`. Nothing is cooling after a restart. */
  restore(saved: readonly SavedLease[]): Restored;
  /** New settings. `berth` goes on with them; `stock` behaves as the restart that they take in the stock plugin. */
  configure(settings: PoolSettings, nowMs: number): void;

  /** The one step to take. While a step is under way: that same step, until its outcome is given. */
  next(nowMs: number): Step;
  /** How the step under way went. Giving an outcome of another step's kind is a bug. */
  outcome(step: WorkStep, outcome: Outcome, nowMs: number): PoolChange;
  /** The step that was handed out and has no outcome yet. */
  get underWay(): WorkStep | undefined;

  stats(nowMs: number): PoolStats;
  enis(nowMs: number): EniView[];
}
