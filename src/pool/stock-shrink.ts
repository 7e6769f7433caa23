import type { Block } from "./block.ts";
import { type Eni, otherUnit } from "./eni.ts";
import { canFree } from "./spare-eni.ts";
import { perform, type Program, type StockMemory } from "./stock-program.ts";
import { blocksOver } from "./targets.ts";
import type { PoolStats } from "./views.ts";

/** Gives surplus blocks back, ENI by ENI in order of arrival; cooling does not protect an address. */
export function* decrease(memory: StockMemory, stats: PoolStats): Program<void> {
  const { settings, store } = memory.state;
  let left = blocksOver(settings, stats);
  for (const eni of [...store.enis]) {
    const blocks = unassigned(eni.blocks()).slice(0, left);
    left -= blocks.length;
    for (const block of blocks) store.quarantine.add(block.cidr, memory.state.nowMs);
    yield* giveBack(memory, eni, blocks);
  }
}

/** Detaches the first ENI that may go. It leaves the pool before the call, whatever becomes of that. */
export function* freeOne({ state }: StockMemory): Program<void> {
  if (state.settings.growth === "paused") return;
  const eni = state.store.enis.find((each) => canFree(state, each));
  if (eni === undefined) return;
  state.store.removeEni(eni);
  yield* perform({ kind: "freeEni", eniId: eni.id });
}

/** At start: unused blocks of excluded ENIs and of the other unit go back at once. */
export function* releaseUseless(memory: StockMemory): Program<void> {
  const { store, settings } = memory.state;
  for (const eni of [...store.enis]) {
    const useless =
      eni.service === "excluded" ? eni.blocks() : eni.lists[otherUnit(settings.unit)].blocks;
    yield* giveBack(memory, eni, unassigned(useless));
  }
}

/**
 * After a change from prefixes to single addresses a pod that leaves a prefix takes the unused ones of its ENI along. The
 * other way round nothing goes before the next start.
 */
export function* releaseLeftovers(memory: StockMemory): Program<void> {
  const { store, settings, leftovers } = memory.state;
  const enis = store.enis.filter(({ id }) => leftovers.has(id));
  leftovers.clear();
  if (settings.unit === "prefix") return;
  for (const eni of enis) yield* giveBack(memory, eni, unassigned(eni.lists.prefix.blocks));
}

function* giveBack({ state }: StockMemory, eni: Eni, blocks: readonly Block[]): Program<void> {
  if (blocks.length === 0) return;
  for (const block of blocks) state.store.removeBlock(eni, block);
  const cidrs = blocks.map((block) => block.cidr);
  yield* perform({ kind: "unassignBlocks", eniId: eni.id, blocks: cidrs });
}

function unassigned(blocks: readonly Block[]): Block[] {
  return blocks.filter((block) => block.assigned === 0);
}
