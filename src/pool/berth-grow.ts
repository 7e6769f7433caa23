import type { SubnetId } from "../facts/index.ts";
import { type BerthMemory, mayAssignTo, names } from "./berth-memory.ts";
import { enisWithRoom, hasRoomForEni } from "./room.ts";
import type { BlockUnit } from "./settings.ts";
import type { AssignBlocks, CreateEni } from "./step.ts";
import { blocksWanted, isTooLow } from "./targets.ts";

/** So many blocks of a unit. */
export interface Want {
  readonly unit: BlockUnit;
  readonly count: number;
}

/** Whether the pool is too low by its targets, and nothing holds off all growth. */
export function wantsGrowth(memory: BerthMemory): boolean {
  const { settings } = memory.state;
  return mayGrow(memory) && isTooLow(settings, memory.state.unitStats());
}

/** Whether growth is allowed and nothing holds off all of it. */
export function mayGrow(memory: BerthMemory): boolean {
  const { growth } = memory.state.settings;
  return growth === "allowed" && !memory.holds(names.ec2) && !memory.holds(names.assign);
}

/** The step towards the targets to take now, if the pool is too low and nothing holds it off. */
export function growthStep(memory: BerthMemory): AssignBlocks | CreateEni | undefined {
  if (!wantsGrowth(memory)) return undefined;
  const { settings } = memory.state;
  const count = blocksWanted(settings, memory.state.unitStats());
  return stepTo(memory, { unit: settings.unit, count });
}

/** The step that brings the most of what is wanted, if one is possible now. */
export function stepTo(memory: BerthMemory, want: Want): AssignBlocks | CreateEni | undefined {
  return growExisting(memory, want) ?? growByEni(memory, want);
}

function growExisting(memory: BerthMemory, { unit, count }: Want): AssignBlocks | undefined {
  const { slotsPerEni } = memory.state.settings;
  const eni = enisWithRoom(memory.state).find((each) => mayAssignTo(memory, each, unit));
  if (eni === undefined) return undefined;
  const cap = memory.caps.get(names.subnet(eni.subnetId, unit)) ?? Infinity;
  const most = Math.min(slotsPerEni - eni.blockCount, count, cap);
  return { kind: "assignBlocks", eniId: eni.id, unit, count: most };
}

function growByEni(memory: BerthMemory, { unit, count }: Want): CreateEni | undefined {
  if (memory.holds(names.create) || memory.holds(names.createWith(unit))) return undefined;
  if (!hasRoomForEni(memory.state, memory.unknownEnis)) return undefined;
  const cap = memory.caps.get(names.createWith(unit)) ?? Infinity;
  const most = Math.min(count, memory.state.settings.slotsPerEni, cap);
  return { kind: "createEni", unit, count: most, avoidSubnets: avoided(memory, unit) };
}

function avoided(memory: BerthMemory, unit: BlockUnit): SubnetId[] {
  const subnets = new Set(memory.state.store.enis.map((eni) => eni.subnetId));
  return [...subnets].filter((subnet) => memory.holds(names.subnet(subnet, unit)));
}
