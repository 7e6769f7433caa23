import type { BackoffSpan } from "./backoff.ts";
import { type BerthMemory, names } from "./berth-memory.ts";
import type { FailureReason } from "./failure.ts";
import type { AssignBlocks, CreateEni, StepFailure, WorkStep } from "./step.ts";

const SECOND_MS = 1_000;

/** How long to hold off, by reason: short where time heals, long where a person has to act. */
const SPANS: Readonly<Record<FailureReason, BackoffSpan>> = {
  subnetFull: { firstMs: 10 * SECOND_MS, capMs: 120 * SECOND_MS },
  noFreeBlock: { firstMs: 10 * SECOND_MS, capMs: 120 * SECOND_MS },
  perEniLimit: { firstMs: 5 * SECOND_MS, capMs: 120 * SECOND_MS },
  attachmentLimit: { firstMs: 60 * SECOND_MS, capMs: 600 * SECOND_MS },
  quota: { firstMs: 60 * SECOND_MS, capMs: 600 * SECOND_MS },
  throttled: { firstMs: SECOND_MS, capMs: 60 * SECOND_MS },
  unauthorized: { firstMs: 30 * SECOND_MS, capMs: 300 * SECOND_MS },
  eniGone: { firstMs: 5 * SECOND_MS, capMs: 120 * SECOND_MS },
  notReady: { firstMs: 5 * SECOND_MS, capMs: 120 * SECOND_MS },
  other: { firstMs: 2 * SECOND_MS, capMs: 120 * SECOND_MS },
};

/** Learns from a success: what was held off is not any more. */
export function noteSuccess(memory: BerthMemory, step: WorkStep): void {
  if (step.kind === "reconcile") return;
  // Single addresses that stand in for prefixes were asked for by pods that are about to come back for them.
  if (isGrowth(step) && step.unit !== memory.state.settings.unit) {
    memory.lastReturnMs = memory.state.nowMs;
  }
  memory.backoffs.clear(names.ec2);
  memory.backoffs.clear(nameOf(memory, step));
  if (step.kind === "createEni") memory.backoffs.clear(names.create);
  switch (step.kind) {
    case "assignBlocks":
      memory.backoffs.clear(names.assign);
      memory.backoffs.clear(names.assignTo(step.eniId));
      raiseCap(memory, step);
      break;
    case "createEni":
      raiseCap(memory, step);
      break;
    case "describeEni":
      memory.suspects.delete(step.eniId);
      break;
    case "adoptEni":
      memory.unknownEnis = Math.max(memory.unknownEnis - 1, 0);
      break;
    case "unassignBlocks":
    case "freeEni":
      break;
  }
}

/** Learns from a failure: asks for less, has a closer look, or holds off, with a deadline. */
export function noteFailure(memory: BerthMemory, step: WorkStep, failure: StepFailure): void {
  const { state } = memory;
  if (step.kind === "unassignBlocks") {
    // They may still be ours: what EC2 lists of them comes back.
    for (const cidr of step.blocks) state.store.quarantine.remove(cidr);
  }
  if (isGrowth(step)) {
    if (step.kind === "createEni" && !wasAsked(step, failure)) {
      waitForSubnet(memory, step);
      return;
    }
    memory.growthRetryAtMs = state.nowMs;
    if (isNoRoom(failure) && lowerCap(memory, step)) return;
  }
  look(memory, step, failure);
  const untilMs = memory.backoffs.fail(
    heldOff(memory, step, failure),
    state.nowMs,
    SPANS[failure.reason],
  );
  if (isGrowth(step)) memory.growthRetryAtMs = untilMs;
}

// Some failures mean that the pool is, or may be, wrong about the node: EC2 or instance metadata has to say.
function look(memory: BerthMemory, step: WorkStep, failure: StepFailure): void {
  const { reason } = failure;
  switch (step.kind) {
    case "assignBlocks":
      if (reason === "perEniLimit" || reason === "eniGone" || reason === "other") {
        memory.suspects.add(step.eniId);
      }
      break;
    case "unassignBlocks":
    case "freeEni":
      memory.suspects.add(step.eniId);
      break;
    case "createEni":
      lookForEni(memory, step, failure);
      break;
    case "adoptEni":
      if (reason === "eniGone") memory.unknownEnis = Math.max(memory.unknownEnis - 1, 0);
      break;
    case "describeEni":
    case "reconcile":
      break;
  }
}

function lookForEni(memory: BerthMemory, { unit }: CreateEni, failure: StepFailure): void {
  const { reason, subnetId } = failure;
  const { nowMs } = memory.state;
  if (reason === "notReady") memory.unknownEnis++;
  if (reason === "notReady" || reason === "attachmentLimit" || reason === "other") {
    memory.reconcileAtMs = nowMs;
  }
  if (subnetId !== undefined && isNoRoom(failure)) {
    memory.backoffs.fail(names.subnet(subnetId, unit), nowMs, SPANS[reason]);
  }
}

// A subnet that was to be avoided has not been asked: no other was left, and EC2 knows of nothing.
function wasAsked({ avoidSubnets }: CreateEni, { subnetId }: StepFailure): boolean {
  return subnetId === undefined || !avoidSubnets.includes(subnetId);
}

// It says nothing new of the subnet, nor of how much to ask for: the subnet's own deadline stands, and is waited for.
function waitForSubnet(memory: BerthMemory, { avoidSubnets, unit }: CreateEni): void {
  const { backoffs } = memory;
  const untilMs = Math.min(
    ...avoidSubnets.map((subnet) => backoffs.untilMs(names.subnet(subnet, unit))),
  );
  backoffs.hold(names.createWith(unit), untilMs);
  memory.growthRetryAtMs = untilMs;
}

function heldOff(memory: BerthMemory, step: WorkStep, failure: StepFailure): string {
  if (failure.reason === "throttled") return names.ec2;
  if (isNoRoom(failure)) return nameOf(memory, step);
  if (step.kind === "createEni") return names.create;
  if (step.kind !== "assignBlocks") return nameOf(memory, step);
  const oneEniOnly = failure.reason === "perEniLimit" || failure.reason === "eniGone";
  return oneEniOnly ? names.assignTo(step.eniId) : names.assign;
}

function nameOf({ state }: BerthMemory, step: WorkStep): string {
  switch (step.kind) {
    case "createEni":
      return names.createWith(step.unit);
    case "assignBlocks": {
      const eni = state.store.eni(step.eniId);
      return eni === undefined ? names.assignTo(step.eniId) : names.subnet(eni.subnetId, step.unit);
    }
    case "unassignBlocks":
      return names.give;
    case "freeEni":
      return names.free(step.eniId);
    case "describeEni":
    case "adoptEni":
      return names.describe(step.eniId);
    case "reconcile":
      return step.kind;
  }
}

function isGrowth(step: WorkStep): step is AssignBlocks | CreateEni {
  return step.kind === "assignBlocks" || step.kind === "createEni";
}

function isNoRoom({ reason }: StepFailure): boolean {
  return reason === "subnetFull" || reason === "noFreeBlock";
}

// EC2 gives all or nothing. What is left of the subnet is found by asking for half, down to one.
function lowerCap(memory: BerthMemory, step: AssignBlocks | CreateEni): boolean {
  const name = nameOf(memory, step);
  if (step.count === 1) {
    // Prefixes are asked for again and again while there are none: one at a time is enough to see.
    if (step.unit === "prefix") memory.caps.set(name, 1);
    else memory.caps.delete(name);
    return false;
  }
  memory.caps.set(name, Math.floor(step.count / 2));
  return true;
}

function raiseCap(memory: BerthMemory, step: AssignBlocks | CreateEni): void {
  const name = nameOf(memory, step);
  if (!memory.caps.has(name)) return;
  if (step.count * 2 >= memory.state.settings.slotsPerEni) memory.caps.delete(name);
  else memory.caps.set(name, step.count * 2);
}
