import type { EniId } from "../facts/index.ts";
import type { Cidr } from "../net/index.ts";
import { type Block, blockKey } from "./block.ts";
import type { AttachedEni } from "./attached-eni.ts";
import type { Eni } from "./eni.ts";
import type { PoolState } from "./state.ts";
import type { AdoptEni, DescribeEni } from "./step.ts";

/** What instance metadata shows that the pool does not: EC2 has to be asked about each before anything changes. */
export interface Differences {
  readonly tasks: readonly (DescribeEni | AdoptEni)[];
  /** ENIs of the pool that are not listed. */
  readonly missing: readonly Eni[];
}

/** Compares the pool with a list from instance metadata. An empty list is taken for an error: no differences. */
export function compareListed({ store }: PoolState, listed: readonly AttachedEni[]): Differences {
  if (listed.length === 0) return { tasks: [], missing: [] };
  const tasks: (DescribeEni | AdoptEni)[] = [];
  const seen = new Set<EniId>();
  for (const attached of listed) {
    seen.add(attached.id);
    const eni = store.eni(attached.id);
    if (eni === undefined) tasks.push({ kind: "adoptEni", eniId: attached.id });
    else if (!hasBlocks(eni, attached.blocks)) tasks.push(mirror(eni.id));
  }
  return { tasks, missing: store.enis.filter((eni) => !seen.has(eni.id)) };
}

/** Ask EC2 for the blocks of an ENI and make the pool's the same. */
export function mirror(eniId: EniId): DescribeEni {
  return { kind: "describeEni", eniId, effect: "mirror" };
}

/** EC2's descriptions may lag behind its own answers for some seconds (EC2 API reference, "Eventual consistency"). */
const GIVEN_MS = 30_000;

/**
 * The ENI is attached, with these blocks: makes the pool's the same, and lets it serve. What was given back less than a
 * minute ago stays out of the pool; with policy `berth` what EC2 has just given stays in it.
 */
export function mirrorBlocks(state: PoolState, eni: Eni, listed: readonly Cidr[]): void {
  const { store, nowMs } = state;
  eni.phase = "serving";
  const wanted = listed.filter((cidr) => !store.quarantine.holds(cidr, nowMs));
  const keys = new Set(wanted.map(blockKey));
  for (const block of eni.blocks()) {
    const stays = keys.has(blockKey(block.cidr)) || isJustGiven(state, block);
    if (!stays) store.removeBlock(eni, block);
  }
  for (const cidr of wanted) store.addBlock(eni, cidr);
}

// Its pods would lose their network for nothing. If it is really gone, the next look at the instance finds that out.
function isJustGiven({ settings, nowMs }: PoolState, { givenAtMs }: Block): boolean {
  return settings.policy === "berth" && nowMs - givenAtMs <= GIVEN_MS;
}

/** Takes an ENI in as it is, or brings a known one up to date. */
export function takeIn(state: PoolState, attached: AttachedEni): void {
  const eni = state.store.eni(attached.id) ?? state.store.addEni(attached, state.nowMs);
  mirrorBlocks(state, eni, attached.blocks);
}

function hasBlocks(eni: Eni, listed: readonly Cidr[]): boolean {
  if (listed.length !== eni.blockCount) return false;
  const keys = new Set(eni.blocks().map((block) => blockKey(block.cidr)));
  return listed.every((cidr) => keys.has(blockKey(cidr)));
}
