import type { EniId, SubnetId } from "../facts/index.ts";
import type { Eni } from "./eni.ts";
import type { FailureReason } from "./failure.ts";
import type { BlockUnit, PoolSettings } from "./settings.ts";
import { servingUnits } from "./settings.ts";
import type { WorkStep } from "./step.ts";
import { Store } from "./store.ts";
import type { PoolStats } from "./views.ts";
import { Waiting } from "./waiting.ts";

/** The last attempt to grow, when it failed and none has worked since. */
export interface GrowthFailure {
  readonly failure: FailureReason;
  readonly code: string;
  readonly subnetId: SubnetId | undefined;
}

/** What both policies decide from: the store, the settings and the time. */
export class PoolState {
  settings: PoolSettings;
  readonly store: Store = new Store();
  nowMs = 0;
  /** Whether the ENIs of the node have been observed. */
  started = false;
  underWay: WorkStep | undefined;
  growthFailure: GrowthFailure | undefined;
  readonly waiting: Waiting = new Waiting();
  /** ENIs with prefixes left over from before a change to single addresses, of which a pod has just left one. */
  readonly leftovers: Set<EniId> = new Set();

  constructor(settings: PoolSettings) {
    this.settings = settings;
  }

  /** Moves the time on, never back, and lets addresses finish cooling. */
  advance(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
    this.store.thaw(this.nowMs, this.settings.cooldownMs);
  }

  /** What a process forgets when it is started anew: cooling, quarantine, failures, the age of ENIs. */
  forgetAsRestarted(): void {
    this.store.forgetCooldown();
    this.store.quarantine.clear();
    this.growthFailure = undefined;
    this.leftovers.clear();
    for (const eni of this.store.enis) eni.sinceMs = this.nowMs;
  }

  /** The numbers of all blocks that serve new pods; they cost a look at each ENI. */
  stats(): PoolStats {
    return this.#count(servingUnits(this.settings));
  }

  /** The numbers of the unit in force alone: what the targets are about. */
  unitStats(): PoolStats {
    return this.#count([this.settings.unit]);
  }

  #count(units: readonly BlockUnit[]): PoolStats {
    const { policy } = this.settings;
    const sum = { total: 0, assigned: 0, cooling: 0, elsewhere: 0, prefixes: 0, freePrefixes: 0 };
    for (const eni of this.store.enis) {
      if (eni.phase === "leaving") continue;
      const prefixes = eni.lists.prefix;
      // With their prefixes, but not their addresses, others would be fetched and given back for ever.
      if (policy === "berth" && eni.service === "excluded") continue;
      sum.prefixes += prefixes.blocks.length;
      sum.freePrefixes += policy === "stock" ? prefixes.unassigned : prefixes.idle;
      if (eni.service === "excluded") continue;
      const assigned = sum.assigned;
      for (const unit of units) {
        sum.total += eni.lists[unit].total;
        sum.assigned += eni.lists[unit].assigned;
        sum.cooling += eni.lists[unit].cooling;
      }
      sum.elsewhere += eni.assigned - (sum.assigned - assigned);
    }
    const available = sum.total - sum.assigned - (policy === "stock" ? 0 : sum.cooling);
    return { enis: this.store.enis.length, ...sum, available };
  }
}

/** Addresses on an ENI that can be handed out at once (`stock`: or after cooling). */
export function availableOn(eni: Eni, settings: PoolSettings): number {
  let available = 0;
  for (const unit of servingUnits(settings)) {
    const { total, assigned, cooling } = eni.lists[unit];
    available += total - assigned - (settings.policy === "stock" ? 0 : cooling);
  }
  return available;
}
