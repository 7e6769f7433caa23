import { ADDRESSES_PER_PREFIX } from "../facts/index.ts";
import type { Eni } from "./eni.ts";
import { fallsBack, type PoolSettings, servingUnits } from "./settings.ts";
import { availableOn, type PoolState } from "./state.ts";
import { addressesPerEni, ipTargets, prefixesFor, targetMode } from "./targets.ts";
import type { PoolStats } from "./views.ts";

/** An ENI stays at least so long after the pool has got to know it (VPC CNI v1.23). */
export const ENI_AGE_MIN_MS = 60_000;

/** Whether the pool is so far above its targets that a whole ENI may be spare. A quick look before {@link canFree}. */
export function maySpareEni({ settings, store }: PoolState, stats: PoolStats): boolean {
  const mode = targetMode(settings);
  if (mode === "ips") return true;
  const target = mode === "prefixes" ? settings.warmPrefixTarget : settings.warmEniTarget;
  if (stats.available >= (target + 1) * addressesPerEni(settings)) return true;
  return (
    mode === "prefixes" && store.enis.some((eni) => eni.role === "secondary" && eni.assigned === 0)
  );
}

/** Whether this ENI may be detached now: ordinary, old enough, without pods or cooling addresses, and not needed for a target. */
export function canFree(state: PoolState, eni: Eni): boolean {
  return (
    eni.role === "secondary" &&
    eni.phase === "serving" &&
    state.nowMs - eni.sinceMs >= ENI_AGE_MIN_MS &&
    eni.cooling === 0 &&
    eni.assigned === 0 &&
    !isNeeded(state, eni)
  );
}

// Needed means: without it one of the targets would not be met by the other ENIs.
function isNeeded({ settings, store }: PoolState, eni: Eni): boolean {
  // An excluded ENI brings no target nearer, and takes the room of one that would.
  if (settings.policy === "berth" && eni.service === "excluded") return false;
  const { warmIps, minimumIps, warmPrefixes } = keptElsewhere(settings);
  let available = 0;
  let total = 0;
  let freePrefixes = 0;
  for (const other of store.enis) {
    if (other === eni || other.service === "excluded" || other.phase === "leaving") continue;
    available += availableOn(other, settings);
    for (const unit of servingUnits(settings)) total += other.lists[unit].total;
    // The stock plugin counts free blocks of any kind here.
    freePrefixes +=
      settings.policy === "stock"
        ? other.lists.prefix.unassigned + other.lists.address.unassigned
        : other.lists.prefix.idle;
  }
  // Where EC2 has no blocks, an ENI without one brings the warm prefixes no nearer.
  const warms = !fallsBack(settings) || eni.lists.prefix.idle > 0;
  return available < warmIps || total < minimumIps || (warms && freePrefixes < warmPrefixes);
}

function keptElsewhere(settings: PoolSettings): {
  warmIps: number;
  minimumIps: number;
  warmPrefixes: number;
} {
  const { policy, unit, warmPrefixTarget } = settings;
  const mode = targetMode(settings);
  const { warm, minimum } = mode === "ips" ? ipTargets(settings) : { warm: 0, minimum: 0 };
  if (policy === "berth") {
    // The last free address stays in any case: without it the pool would be too low at once.
    const warmPrefixes = mode === "prefixes" ? warmPrefixTarget : 0;
    return { warmIps: Math.max(warm, 1), minimumIps: minimum, warmPrefixes };
  }
  // The stock plugin lets warm prefixes protect an ENI even where IP targets are in force.
  return unit === "prefix"
    ? {
        warmIps: wholePrefixes(warm),
        minimumIps: wholePrefixes(minimum),
        warmPrefixes: warmPrefixTarget,
      }
    : { warmIps: warm, minimumIps: minimum, warmPrefixes: 0 };
}

function wholePrefixes(addresses: number): number {
  return prefixesFor(addresses) * ADDRESSES_PER_PREFIX;
}
