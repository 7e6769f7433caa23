import { invariant } from "../base/index.ts";
import type { EniId } from "../facts/index.ts";
import { applyOutcome } from "./apply.ts";
import type { AttachedEni } from "./attached-eni.ts";
import { BerthPlanner } from "./berth.ts";
import type { Lease, OwnerKey, PodName, Restored, SavedLease } from "./lease.ts";
import type { Planner } from "./planner.ts";
import { takeIn } from "./reconcile.ts";
import type { Refusal } from "./refusal.ts";
import { refuse } from "./refuse.ts";
import type { PoolSettings } from "./settings.ts";
import { servingUnits } from "./settings.ts";
import { PoolState } from "./state.ts";
import type { Outcome, Step, WorkStep } from "./step.ts";
import { StockPlanner } from "./stock.ts";
import type { Placement } from "./store.ts";
import type { EniView, PoolChange, PoolStats } from "./views.ts";
import { viewOf } from "./views.ts";

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
export class Pool {
  readonly #state: PoolState;
  #planner: Planner;

  constructor(settings: PoolSettings) {
    this.#state = new PoolState(settings);
    this.#planner = newPlanner(this.#state);
  }

  /** The settings in force. */
  get settings(): PoolSettings {
    return this.#state.settings;
  }

  /** The step that was handed out and has no outcome yet. */
  get underWay(): WorkStep | undefined {
    return this.#state.underWay;
  }

  /** Gives the key an address, or says why there is none. The same key again gets the same address. */
  assign(key: OwnerKey, pod: PodName, nowMs: number): Assigned {
    const { store, settings, waiting } = this.#state;
    this.#state.advance(nowMs);
    const known = store.lease(key);
    if (known !== undefined) return { ok: true, lease: known, already: true };
    const lease = store.assign({ key, pod, assignedAtMs: nowMs }, placementOf(settings));
    if (lease === undefined) {
      waiting.add(key, nowMs);
      return { ok: false, refusal: refuse(this.#state, this.#planner) };
    }
    waiting.delete(key);
    return { ok: true, lease, already: false };
  }

  /** Takes an assignment back as if it had not been, without cooldown: for when the checkpoint can't be written. */
  undoAssign(key: OwnerKey): void {
    this.#state.store.release(key, undefined);
  }

  /** The pod is gone: its address cools down. */
  release(key: OwnerKey, nowMs: number): Released {
    this.#state.advance(nowMs);
    const { store, settings, leftovers } = this.#state;
    const lease = store.release(key, this.#state.nowMs);
    if (lease === undefined) return { ok: false, reason: "unknownOwner" };
    const left = store.unitOf(lease.address);
    const { policy, unit } = settings;
    if (policy === "stock" && unit === "address" && left === "prefix") leftovers.add(lease.eniId);
    return { ok: true, lease };
  }

  /** Takes a release back. `tooLate`: the address was given to another owner or left the node. */
  undoRelease({ key, pod, assignedAtMs, address }: Lease): "undone" | "tooLate" {
    const { store } = this.#state;
    if (!store.isServing(address)) return "tooLate";
    const restored = store.restore({ key, pod, assignedAtMs }, address);
    return typeof restored === "string" ? "tooLate" : "undone";
  }

  /** What the key holds. */
  lease(key: OwnerKey): Lease | undefined {
    return this.#state.store.lease(key);
  }

  /** Who holds what, in order of assignment: this is what a checkpoint has to remember. */
  leases(): Lease[] {
    return this.#state.store.leases();
  }

  /**
   * The truth about the attached ENIs, at start (from EC2, after they are set up) or whenever the caller has it.
   * ENIs and blocks that are not listed are removed, with their leases.
   */
  observe(enis: readonly AttachedEni[], nowMs: number): PoolChange {
    const state = this.#state;
    state.advance(nowMs);
    state.started = true;
    const leaving = state.underWay?.kind === "freeEni" ? state.underWay.eniId : undefined;
    const listed = new Set(enis.map((eni) => eni.id));
    for (const eni of [...state.store.enis]) if (!listed.has(eni.id)) state.store.removeEni(eni);
    for (const eni of enis) if (eni.id !== leaving) takeIn(state, eni);
    this.#planner.observed();
    return state.store.changes.take();
  }

  /** Takes over the leases of a checkpoint, after the first `observe`. Nothing is cooling after a restart. */
  restore(saved: readonly SavedLease[]): Restored {
    const restored: Lease[] = [];
    const stale: SavedLease[] = [];
    const conflicting: SavedLease[] = [];
    for (const each of saved) {
      const { key, pod, assignedAtMs, address } = each;
      const found = this.#state.store.restore({ key, pod, assignedAtMs }, address);
      if (found === "unknownAddress") stale.push(each);
      else if (found === "taken") conflicting.push(each);
      else restored.push(found);
    }
    return { restored, stale, conflicting };
  }

  /** New settings. `berth` goes on with them; `stock` behaves as the restart that they take in the stock plugin. */
  configure(settings: PoolSettings, nowMs: number): void {
    const state = this.#state;
    const { policy } = state.settings;
    state.advance(nowMs);
    state.settings = settings;
    if (settings.policy === "stock") state.forgetAsRestarted();
    if (settings.policy === "stock" || policy === "stock") this.#planner = newPlanner(state);
  }

  /**
   * What the world around the pool says now: the node's object in Kubernetes, and its ENIs that are not ours. Unlike
   * {@link configure} it is no change of settings: neither policy forgets anything.
   */
  follow(
    said: Partial<Pick<PoolSettings, "growth" | "maxPods" | "unmanagedEnis">>,
    nowMs: number,
  ): void {
    const state = this.#state;
    state.advance(nowMs);
    state.settings = { ...state.settings, ...said };
  }

  /** An ENI's subnet was opened to pods, or closed: from now on it serves new pods, or none. Those that it has stay. */
  setService(eniId: EniId, service: AttachedEni["service"], nowMs: number): void {
    const state = this.#state;
    state.advance(nowMs);
    const eni = state.store.eni(eniId);
    if (eni !== undefined) eni.service = service;
  }

  /** The one step to take. While a step is under way: that same step, until its outcome is given. */
  next(nowMs: number): Step {
    const state = this.#state;
    state.advance(nowMs);
    if (state.underWay !== undefined) return state.underWay;
    if (!state.started) return { kind: "wait", untilMs: Infinity };
    const step = this.#planner.next();
    if (step.kind !== "wait") state.underWay = step;
    return step;
  }

  /** How the step under way went. An outcome of another step, or of another step's kind, is a bug. */
  outcome(step: WorkStep, outcome: Outcome, nowMs: number): PoolChange {
    const state = this.#state;
    invariant(step === state.underWay, `${step.kind} is not the step under way`);
    state.advance(nowMs);
    applyOutcome(state, step, outcome);
    state.underWay = undefined;
    this.#planner.settled(step, outcome);
    return state.store.changes.take();
  }

  /** The numbers that decide. */
  stats(nowMs: number): PoolStats {
    this.#state.advance(nowMs);
    return this.#state.stats();
  }

  /** Every ENI with its blocks, for display. */
  enis(nowMs: number): EniView[] {
    this.#state.advance(nowMs);
    return this.#state.store.enis.map(viewOf);
  }
}

function placementOf(settings: PoolSettings): Placement {
  return {
    units: servingUnits(settings),
    order: settings.policy === "stock" ? "first" : "densest",
  };
}

function newPlanner(state: PoolState): Planner {
  return state.settings.policy === "stock" ? new StockPlanner(state) : new BerthPlanner(state);
}
