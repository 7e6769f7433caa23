import { spareSingles } from "./berth-fallback.ts";
import type { Want } from "./berth-grow.ts";
import { type BerthMemory, names } from "./berth-memory.ts";
import type { Block } from "./block.ts";
import type { Eni } from "./eni.ts";
import { type BlockUnit, servingUnits } from "./settings.ts";
import { canFree, maySpareEni } from "./spare-eni.ts";
import type { FreeEni, UnassignBlocks } from "./step.ts";
import { blocksOver } from "./targets.ts";

/** Surplus goes back at most so often, so that a short dip of pods costs no calls. */
export const RETURN_INTERVAL_MS = 30_000;

/**
 * Blocks that serve nobody and never will: unused ones of the other unit, or on an excluded ENI; and single addresses
 * that stood in for prefixes, once there are prefixes.
 */
export function uselessStep(memory: BerthMemory): UnassignBlocks | undefined {
  if (mayNotGive(memory)) return undefined;
  const { store, settings } = memory.state;
  const serving = servingUnits(settings);
  for (const eni of store.enis) {
    if (eni.phase === "leaving") continue;
    const useless = eni.blocks().filter((block) => {
      return isIdle(block) && (eni.service === "excluded" || !serving.includes(block.unit));
    });
    if (useless.length > 0) return giving(eni, useless);
  }
  const { count, when } = spareSingles(memory);
  return when === "now" ? givingIdle(memory, { unit: "address", count }) : undefined;
}

/** The ENI to detach now, if one is spare: an excluded one, else the one with the fewest blocks, the youngest of equals. */
export function freeStep(memory: BerthMemory): FreeEni | undefined {
  const { state } = memory;
  if (state.settings.growth === "paused" || memory.holds(names.ec2)) return undefined;
  const spare = maySpareEni(state, state.unitStats());
  const [best] = state.store.enis
    .filter((eni) => spare || eni.service === "excluded")
    .filter((eni) => !memory.holds(names.free(eni.id)) && canFree(state, eni))
    .reverse()
    .sort((a, b) => excludedFirst(a, b) || a.blockCount - b.blockCount);
  return best === undefined ? undefined : { kind: "freeEni", eniId: best.id };
}

/**
 * Surplus blocks to give back, all from one ENI: secondaries before the primary, those with the fewest pods first,
 * so that ENIs become empty and can be detached; single addresses before prefixes. Addresses that are cooling stay.
 */
export function surplusStep(memory: BerthMemory): UnassignBlocks | undefined {
  const { state } = memory;
  const over = blocksOver(state.settings, state.unitStats());
  const singles = spareSingles(memory).count;
  if (over === 0 && singles === 0) {
    if (memory.returning) memory.lastReturnMs = state.nowMs;
    memory.returning = false;
    return undefined;
  }
  const rested = state.nowMs - memory.lastReturnMs > RETURN_INTERVAL_MS;
  if (mayNotGive(memory) || !(memory.returning || rested)) return undefined;
  return (
    givingIdle(memory, { unit: "address", count: singles }) ??
    givingIdle(memory, { unit: state.settings.unit, count: over })
  );
}

function givingIdle(memory: BerthMemory, { unit, count }: Want): UnassignBlocks | undefined {
  if (count === 0) return undefined;
  return byEmptiness(memory, unit).map((eni) => {
    return giving(eni, idleBlocks(eni, unit).reverse().slice(0, count));
  })[0];
}

function mayNotGive(memory: BerthMemory): boolean {
  return memory.holds(names.ec2) || memory.holds(names.give);
}

function byEmptiness(memory: BerthMemory, unit: BlockUnit): Eni[] {
  return memory.state.store.enis
    .filter((eni) => eni.phase === "serving" && eni.service === "pods")
    .filter((eni) => eni.lists[unit].idle > 0)
    .reverse()
    .sort((a, b) => secondaryFirst(a, b) || a.assigned - b.assigned);
}

function idleBlocks(eni: Eni, unit: BlockUnit): Block[] {
  return eni.lists[unit].blocks.filter(isIdle);
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
