import { type BerthMemory, names } from "./berth-memory.ts";
import type { Block } from "./block.ts";
import { type Eni, otherUnit } from "./eni.ts";
import { canFree, maySpareEni } from "./spare-eni.ts";
import type { FreeEni, UnassignBlocks } from "./step.ts";
import { blocksOver } from "./targets.ts";

/** Surplus goes back at most so often, so that a short dip of pods costs no calls. */
export const RETURN_INTERVAL_MS = 30_000;

/** Blocks that serve nobody and never will: unused ones of the other unit, or on an excluded ENI. */
export function uselessStep(memory: BerthMemory): UnassignBlocks | undefined {
  if (mayNotGive(memory)) return undefined;
  const { store, settings } = memory.state;
  for (const eni of store.enis) {
    if (eni.phase === "leaving") continue;
    const useless =
      eni.service === "excluded" ? eni.blocks() : eni.lists[otherUnit(settings.unit)].blocks;
    const blocks = useless.filter(isIdle);
    if (blocks.length > 0) return giving(eni, blocks);
  }
  return undefined;
}

/** The ENI to detach now, if one is spare: an excluded one, else the one with the fewest blocks, the youngest of equals. */
export function freeStep(memory: BerthMemory): FreeEni | undefined {
  const { state } = memory;
  if (state.settings.growth === "paused" || memory.holds(names.ec2)) return undefined;
  const spare = maySpareEni(state, state.stats());
  const [best] = state.store.enis
    .filter((eni) => spare || eni.service === "excluded")
    .filter((eni) => !memory.holds(names.free(eni.id)) && canFree(state, eni))
    .reverse()
    .sort((a, b) => excludedFirst(a, b) || a.blockCount - b.blockCount);
  return best === undefined ? undefined : { kind: "freeEni", eniId: best.id };
}

/**
 * Surplus blocks to give back, all from one ENI: secondaries before the primary, those with the fewest pods first,
 * so that ENIs become empty and can be detached. Addresses that are cooling stay.
 */
export function surplusStep(memory: BerthMemory): UnassignBlocks | undefined {
  const { state } = memory;
  const over = blocksOver(state.settings, state.stats());
  if (over === 0) {
    if (memory.returning) memory.lastReturnMs = state.nowMs;
    memory.returning = false;
    return undefined;
  }
  const rested = state.nowMs - memory.lastReturnMs > RETURN_INTERVAL_MS;
  if (mayNotGive(memory) || !(memory.returning || rested)) return undefined;
  return byEmptiness(memory).map((eni) => {
    return giving(eni, idleBlocks(memory, eni).reverse().slice(0, over));
  })[0];
}

function mayNotGive(memory: BerthMemory): boolean {
  return memory.holds(names.ec2) || memory.holds(names.give);
}

function byEmptiness(memory: BerthMemory): Eni[] {
  return memory.state.store.enis
    .filter((eni) => eni.phase === "serving" && eni.service === "pods")
    .filter((eni) => idleBlocks(memory, eni).length > 0)
    .reverse()
    .sort((a, b) => secondaryFirst(a, b) || a.assigned - b.assigned);
}

function idleBlocks({ state }: BerthMemory, eni: Eni): Block[] {
  return eni.lists[state.settings.unit].blocks.filter(isIdle);
}

function isIdle(block: Block): boolean {
  return (block.assigned | block.cooling) === 0;
}

function giving(eni: Eni, blocks: readonly Block[]): UnassignBlocks {
  return { kind: "unassignBlocks", eniId: eni.id, blocks: blocks.map((block) => block.cidr) };
}

function excludedFirst(a: Eni, b: Eni): number {
  return Number(b.service === "excluded") - Number(a.service === "excluded");
}

function secondaryFirst(a: Eni, b: Eni): number {
  return Number(b.role === "secondary") - Number(a.role === "secondary");
}
