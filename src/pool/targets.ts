import { ADDRESSES_PER_PREFIX } from "../facts/index.ts";
import type { PoolSettings } from "./settings.ts";
import type { PoolStats } from "./views.ts";

/**
 * Which target decides (VPC CNI v1.23): the IP targets when either is set, else warm prefixes or warm ENIs by unit.
 * Network cards from 1 on always have IP targets, of one warm address.
 */
export type TargetMode = "ips" | "prefixes" | "enis";

/** The target that decides under these settings. */
export function targetMode(settings: PoolSettings): TargetMode {
  const { networkCard, warmIpTarget, minimumIpTarget, unit } = settings;
  if (networkCard > 0 || warmIpTarget !== 0 || minimumIpTarget !== 0) return "ips";
  return unit === "prefix" ? "prefixes" : "enis";
}

/**
 * The IP targets in force. `berth` keeps at least one address warm: in the stock plugin a minimum alone is a
 * ceiling too, and pods beyond it never start.
 */
export function ipTargets(settings: PoolSettings): { warm: number; minimum: number } {
  if (settings.networkCard > 0) return { warm: 1, minimum: 1 };
  const { policy, warmIpTarget: warm, minimumIpTarget: minimum } = settings;
  return { warm: policy === "berth" ? Math.max(warm, 1) : warm, minimum };
}

/** How many prefixes hold so many addresses. */
export function prefixesFor(addresses: number): number {
  return Math.ceil(addresses / ADDRESSES_PER_PREFIX);
}

/** Addresses of a whole ENI. */
export function addressesPerEni({ unit, slotsPerEni }: PoolSettings): number {
  return unit === "prefix" ? slotsPerEni * ADDRESSES_PER_PREFIX : slotsPerEni;
}

/** `short` blocks are missing and `over` could go back, by the IP targets. Not both at a time. */
export interface Balance {
  readonly short: number;
  readonly over: number;
}

/** The IP-target arithmetic, in blocks of the unit in force. */
export function ipBalance(settings: PoolSettings, stats: PoolStats): Balance {
  const { warm, minimum } = ipTargets(settings);
  const { total, available } = stats;
  const short = Math.max(warm - available, minimum - total, 0);
  const over = Math.max(Math.min(available - warm, total - minimum), 0);
  return countsPrefixes(settings)
    ? { short: prefixesFor(short), over: overPrefixes(settings, stats) }
    : { short, over };
}

// The stock plugin counts single addresses on cards from 1 on even in prefix mode, and so returns a prefix too many.
function countsPrefixes({ unit, networkCard, policy }: PoolSettings): boolean {
  return unit === "prefix" && (networkCard === 0 || policy === "berth");
}

function overPrefixes(
  settings: PoolSettings,
  { total, available, prefixes, freePrefixes }: PoolStats,
): number {
  const { warm, minimum } = ipTargets(settings);
  const needed = Math.max(prefixesFor(total - available + warm), prefixesFor(minimum));
  return Math.max(Math.min(freePrefixes, prefixes - needed), 0);
}

/**
 * Whether the pool covers the node's max pods, with what the pods hold that are served otherwise; the stock plugin
 * counts without those.
 */
export function coversMaxPods({ policy, maxPods }: PoolSettings, stats: PoolStats): boolean {
  return stats.total + (policy === "stock" ? 0 : stats.elsewhere) >= maxPods;
}

/** Whether the pool should grow. It never should once it covers max pods. */
export function isTooLow(settings: PoolSettings, stats: PoolStats): boolean {
  if (coversMaxPods(settings, stats)) return false;
  const mode = targetMode(settings);
  if (mode === "ips") return ipBalance(settings, stats).short > 0;
  const target = mode === "prefixes" ? settings.warmPrefixTarget : settings.warmEniTarget;
  const unit = mode === "prefixes" ? ADDRESSES_PER_PREFIX : settings.slotsPerEni;
  return stats.available < target * unit || (target === 0 && stats.available === 0);
}

/** How many blocks to add to a pool that is too low; one ENI may not have room for all. */
export function blocksWanted(settings: PoolSettings, stats: PoolStats): number {
  const mode = targetMode(settings);
  if (mode === "enis") return settings.slotsPerEni;
  if (mode === "prefixes") return Math.max(1, settings.warmPrefixTarget - stats.freePrefixes);
  const { short } = ipBalance(settings, stats);
  return settings.unit === "prefix" ? Math.max(1, short) : short;
}

/** How many blocks may go back to the subnet. With warm ENIs as the target only whole ENIs go. */
export function blocksOver(settings: PoolSettings, stats: PoolStats): number {
  const mode = targetMode(settings);
  if (mode === "ips") return ipBalance(settings, stats).over;
  return mode === "prefixes" ? prefixesOver(settings, stats) : 0;
}

function prefixesOver(settings: PoolSettings, { freePrefixes, available }: PoolStats): number {
  const { policy, warmPrefixTarget: target } = settings;
  const surplus = Math.max(freePrefixes - target, 0);
  if (policy === "stock") return surplus;
  // With a target of 0 the last free address stays: without it the pool would be too low at once.
  const spare = available - Math.max(target * ADDRESSES_PER_PREFIX, 1);
  return Math.min(surplus, Math.max(Math.floor(spare / ADDRESSES_PER_PREFIX), 0));
}
