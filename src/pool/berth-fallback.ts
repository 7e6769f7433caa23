import { mayGrow, stepTo, wantsGrowth } from "./berth-grow.ts";
import { type BerthMemory, names } from "./berth-memory.ts";
import { enisWithRoom, hasRoomForEni } from "./room.ts";
import { fallsBack, type PoolSettings } from "./settings.ts";
import type { AssignBlocks, CreateEni } from "./step.ts";
import { coversMaxPods, ipTargets, targetMode } from "./targets.ts";

/**
 * While EC2 has no /28 for the pool: single addresses in their place, as many as pods wait for and no more than are
 * to be kept free. Each takes the slot of a whole prefix, so that warm prefixes are not made up for: one is kept.
 */
export function fallbackStep(memory: BerthMemory): AssignBlocks | CreateEni | undefined {
  const { state } = memory;
  const { settings, waiting } = state;
  if (!fallsBack(settings) || !mayGrow(memory) || !areBlocksRefused(memory)) return undefined;
  const stats = state.stats();
  const short = warmSingles(settings) - stats.available;
  if (short <= 0 || coversMaxPods(settings, stats)) return undefined;
  const count = Math.min(Math.max(short, waiting.count), settings.maxPods - stats.total);
  return stepTo(memory, { unit: "address", count });
}

/** Unused single addresses that can go back: at once, or no sooner than other surplus. */
export interface SpareSingles {
  readonly count: number;
  readonly when: "now" | "rested";
}

/** What the pool does not need any more of the single addresses that stand in for prefixes. */
export function spareSingles(memory: BerthMemory): SpareSingles {
  const { state } = memory;
  const refused = areBlocksRefused(memory);
  const when = refused ? "rested" : "now";
  if (!fallsBack(state.settings)) return { count: 0, when };
  const idle = state.store.enis
    .filter(({ phase, service }) => phase === "serving" && service === "pods")
    .reduce((sum, { lists }) => sum + lists.address.idle, 0);
  const wanted = Math.max(warmSingles(state.settings) - state.unitStats().available, 0);
  // EC2 says whether it has a block again only to an ENI with a slot for it.
  const makesRoom = !refused && wantsGrowth(memory) && !hasRoom(memory);
  const kept = makesRoom ? Math.min(wanted, idle) - 1 : wanted;
  return { count: Math.max(idle - Math.max(kept, 0), 0), when };
}

/** Whether EC2 has refused to give a block a moment ago, somewhere. */
function areBlocksRefused(memory: BerthMemory): boolean {
  if (memory.holds(names.createWith("prefix"))) return true;
  const { enis } = memory.state.store;
  return enis.some(({ subnetId }) => memory.holds(names.subnet(subnetId, "prefix")));
}

function hasRoom({ state, unknownEnis }: BerthMemory): boolean {
  return enisWithRoom(state).length > 0 || hasRoomForEni(state, unknownEnis);
}

function warmSingles(settings: PoolSettings): number {
  return targetMode(settings) === "ips" ? ipTargets(settings).warm : 1;
}
