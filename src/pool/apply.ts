import { invariant } from "../base/index.ts";
import type { AttachedEni } from "./attached-eni.ts";
import { blockKey } from "./block.ts";
import type { Eni } from "./eni.ts";
import { compareListed, mirrorBlocks, takeIn } from "./reconcile.ts";
import type { PoolState } from "./state.ts";
import type { DescribeEni, Outcome, StepFailure, WorkStep } from "./step.ts";

const OUTCOMES: Readonly<Record<WorkStep["kind"], readonly Outcome["kind"][]>> = {
  createEni: ["created", "failed"],
  assignBlocks: ["assigned", "failed"],
  unassignBlocks: ["unassigned", "failed"],
  freeEni: ["freed", "failed"],
  reconcile: ["listed", "failed"],
  describeEni: ["described", "failed"],
  adoptEni: ["adopted", "ignored", "failed"],
};

/** Brings the store to what the outcome says. An ENI that has vanished meanwhile is no reason to complain. */
export function applyOutcome(state: PoolState, step: WorkStep, outcome: Outcome): void {
  invariant(
    OUTCOMES[step.kind].includes(outcome.kind),
    `the outcome of ${step.kind} can't be "${outcome.kind}"`,
  );
  const { store } = state;
  const eni = "eniId" in step ? store.eni(step.eniId) : undefined;
  switch (outcome.kind) {
    case "created":
      addFresh(state, outcome.eni);
      break;
    case "assigned":
      if (eni !== undefined) addGiven(state, eni, outcome.blocks);
      break;
    case "freed":
      if (eni !== undefined) store.removeEni(eni);
      break;
    case "listed":
      sweep(state, outcome.enis);
      break;
    case "described":
      if (eni !== undefined) applyDescription(state, eni, { step, blocks: outcome.blocks });
      break;
    case "adopted":
      takeIn(state, outcome.eni);
      break;
    case "failed":
      if (eni !== undefined) applyFailure(state, eni, { step, failure: outcome });
      break;
    case "unassigned":
    case "ignored":
      break;
  }
  noteGrowth(state, step, outcome);
}

// EC2 has just given these blocks, so even those that were given back a moment ago are ours again.
function addFresh(state: PoolState, attached: AttachedEni): void {
  const eni = state.store.eni(attached.id) ?? state.store.addEni(attached, state.nowMs);
  for (const cidr of attached.blocks) state.store.addBlock(eni, cidr);
}

function addGiven({ store, nowMs }: PoolState, eni: Eni, given: AttachedEni["blocks"]): void {
  for (const cidr of given) store.addBlock(eni, cidr);
  const keys = new Set(given.map(blockKey));
  for (const block of eni.blocks()) if (keys.has(blockKey(block.cidr))) block.givenAtMs = nowMs;
}

// The stock plugin takes an ENI that metadata does not list for gone; ours asks EC2 first.
function sweep(state: PoolState, listed: readonly AttachedEni[]): void {
  if (state.settings.policy !== "stock") return;
  for (const eni of compareListed(state, listed).missing) state.store.removeEni(eni);
}

function applyDescription(
  state: PoolState,
  eni: Eni,
  { step, blocks }: { step: WorkStep; blocks: AttachedEni["blocks"] },
): void {
  if ((step as DescribeEni).effect === "mirror") mirrorBlocks(state, eni, blocks);
  else for (const cidr of blocks) state.store.addBlock(eni, cidr);
}

function applyFailure(
  state: PoolState,
  eni: Eni,
  { step, failure }: { step: WorkStep; failure: StepFailure },
): void {
  const gone = failure.reason === "eniGone";
  const believed =
    step.kind === "freeEni" || (step.kind === "describeEni" && state.settings.policy === "berth");
  if (gone && believed) state.store.removeEni(eni);
}

function noteGrowth(state: PoolState, step: WorkStep, outcome: Outcome): void {
  if (step.kind !== "createEni" && step.kind !== "assignBlocks") return;
  if (outcome.kind === "failed") {
    const { reason: failure, code, subnetId } = outcome;
    state.growthFailure = { failure, code, subnetId };
  } else {
    state.growthFailure = undefined;
    state.waiting.clear();
  }
}
