import type { Eni } from "./eni.ts";
import { enisWithRoom, hasRoomForEni } from "./room.ts";
import { perform, type Program, type StockMemory } from "./stock-program.ts";
import type { AssignBlocks, StepFailure } from "./step.ts";
import { blocksWanted } from "./targets.ts";

/** How long the stock plugin adds nothing on the whole node after a subnet had too few addresses. */
export const INSUFFICIENT_BACKOFF_MS = 120_000;

/** The only two codes that the stock plugin knows as exhaustion. */
const INSUFFICIENT_CODES: ReadonlySet<string> = new Set([
  "InsufficientFreeAddressesInSubnet",
  "InsufficientCidrBlocks",
]);

/** One growth step: blocks on the first ENI that takes them, or else one new ENI. */
export function* increase(memory: StockMemory): Program<void> {
  const { state } = memory;
  if (state.settings.growth === "paused" || inBackoff(memory)) return;
  const wanted = blocksWanted(state.settings, state.stats());
  const existing = yield* growExisting(memory, wanted);
  if (existing === "noRoom" && hasRoomForEni(state, 0)) yield* growByEni(memory, wanted);
}

/** Whether the node-wide pause is on: still at exactly its length. */
export function inBackoff({ state, insufficientMs }: StockMemory): boolean {
  return state.nowMs - insufficientMs <= INSUFFICIENT_BACKOFF_MS;
}

type Growth = "grown" | "failed" | "noRoom";

function* growExisting(memory: StockMemory, wanted: number): Program<Growth> {
  const { slotsPerEni } = memory.state.settings;
  for (const eni of enisWithRoom(memory.state)) {
    const growth = yield* assignTo(memory, eni, Math.min(slotsPerEni - eni.blockCount, wanted));
    if (growth !== "noRoom") return growth;
  }
  return "noRoom";
}

function* assignTo(memory: StockMemory, eni: Eni, count: number): Program<Growth> {
  const step: AssignBlocks = {
    kind: "assignBlocks",
    eniId: eni.id,
    unit: memory.state.settings.unit,
    count,
  };
  let outcome = yield* perform(step);
  if (outcome.kind === "failed" && outcome.reason !== "perEniLimit") {
    outcome = yield* perform({ ...step, count: 1 });
  }
  if (outcome.kind === "failed" && outcome.reason === "perEniLimit") {
    outcome = yield* perform({ kind: "describeEni", eniId: eni.id, effect: "add" });
  }
  if (outcome.kind !== "failed") {
    memory.lastActionMs = memory.state.nowMs;
    return "grown";
  }
  if (isInsufficient(outcome) && memory.state.settings.subnetDiscovery === "on") return "noRoom";
  noteInsufficient(memory, outcome);
  return "failed";
}

function* growByEni(memory: StockMemory, wanted: number): Program<void> {
  const { unit, slotsPerEni } = memory.state.settings;
  const count = Math.min(wanted, slotsPerEni);
  const outcome = yield* perform({ kind: "createEni", unit, count, avoidSubnets: [] });
  if (outcome.kind === "failed") noteInsufficient(memory, outcome);
  else memory.lastActionMs = memory.state.nowMs;
}

function noteInsufficient(memory: StockMemory, failure: StepFailure): void {
  if (isInsufficient(failure)) memory.insufficientMs = memory.state.nowMs;
}

function isInsufficient({ code }: StepFailure): boolean {
  return INSUFFICIENT_CODES.has(code);
}
