import type { EniId, SubnetId } from "../facts/index.ts";
import { Backoffs } from "./backoff.ts";
import type { Eni } from "./eni.ts";
import type { BlockUnit } from "./settings.ts";
import type { PoolState } from "./state.ts";
import type { AdoptEni, DescribeEni } from "./step.ts";

/** What our policy keeps between steps. */
export class BerthMemory {
  readonly state: PoolState;
  readonly backoffs: Backoffs = new Backoffs();
  /** What instance metadata showed differently: EC2 has to be asked, one after the other. */
  tasks: (DescribeEni | AdoptEni)[] = [];
  /** ENIs whose blocks in the pool may not be those in EC2. Nothing is added to them until EC2 was asked. */
  readonly suspects: Set<EniId> = new Set();
  /** After a subnet had no room for so many blocks: how many to ask for next, by the name of what is limited. */
  readonly caps: Map<string, number> = new Map();
  /** Attached ENIs that the pool could not take in yet. */
  unknownEnis: number = 0;
  reconcileAtMs: number = 0;
  growthRetryAtMs: number = 0;
  /** Blocks are being given back until the surplus is gone; then no more for a while. */
  returning = false;
  lastReturnMs: number = -Infinity;

  constructor(state: PoolState) {
    this.state = state;
  }

  holds(name: string): boolean {
    return this.backoffs.holds(name, this.state.nowMs);
  }
}

/** What can be held off. `ec2` holds off everything that calls EC2. */
export const names = {
  ec2: "ec2",
  assign: "assign",
  assignTo: (eni: EniId): string => `assign ${eni}`,
  create: "create",
  createWith: (unit: BlockUnit): string => `create with ${unit}`,
  give: "give back",
  free: (eni: EniId): string => `free ${eni}`,
  describe: (eni: EniId): string => `describe ${eni}`,
  subnet: (subnet: SubnetId, unit: BlockUnit): string => `${unit} of subnet ${subnet}`,
} as const;

/** Whether blocks of this unit may be added to this ENI now. */
export function mayAssignTo(memory: BerthMemory, eni: Eni, unit: BlockUnit): boolean {
  return (
    !memory.suspects.has(eni.id) &&
    !memory.holds(names.assignTo(eni.id)) &&
    !memory.holds(names.subnet(eni.subnetId, unit))
  );
}
