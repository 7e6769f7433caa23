import type { SubnetId } from "../facts/index.ts";
import { type BerthMemory, mayAssignTo, names } from "./berth-memory.ts";
import { enisWithRoom, hasRoomForEni } from "./room.ts";
import type { AssignBlocks, CreateEni } from "./step.ts";
import { blocksWanted, isTooLow } from "./targets.ts";

/** The growth step to take now, if the pool is too low and nothing holds it off. */
export function growthStep(memory: BerthMemory): AssignBlocks | CreateEni | undefined {
  const { state } = memory;
  if (state.settings.growth === "paused") return undefined;
  if (memory.holds(names.ec2) || memory.holds(names.assign)) return undefined;
  const stats = state.stats();
  if (!isTooLow(state.settings, stats)) return undefined;
  const wanted = blocksWanted(state.settings, stats);
  return growExisting(memory, wanted) ?? growByEni(memory, wanted);
}

function growExisting(memory: BerthMemory, wanted: number): AssignBlocks | undefined {
  const { unit, slotsPerEni } = memory.state.settings;
  const eni = enisWithRoom(memory.state).find((each) => mayAssignTo(memory, each));
  if (eni === undefined) return undefined;
  const cap = memory.caps.get(names.subnet(eni.subnetId)) ?? Infinity;
  const count = Math.min(slotsPerEni - eni.blockCount, wanted, cap);
  return { kind: "assignBlocks", eniId: eni.id, unit, count };
}

function growByEni(memory: BerthMemory, wanted: number): CreateEni | undefined {
  if (memory.holds(names.create) || !hasRoomForEni(memory.state, memory.unknownEnis))
    return undefined;
  const { unit, slotsPerEni } = memory.state.settings;
  const count = Math.min(wanted, slotsPerEni, memory.caps.get(names.create) ?? Infinity);
  return { kind: "createEni", unit, count, avoidSubnets: avoided(memory) };
}

function avoided(memory: BerthMemory): SubnetId[] {
  const subnets = new Set(memory.state.store.enis.map((eni) => eni.subnetId));
  return [...subnets].filter((subnet) => memory.holds(names.subnet(subnet)));
}
