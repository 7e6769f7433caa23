import type { Planner } from "./planner.ts";
import type { Refusal } from "./refusal.ts";
import { enisWithRoom, hasRoomForEni } from "./room.ts";
import type { PoolState } from "./state.ts";
import { coversMaxPods, isTooLow } from "./targets.ts";

/** Why the pool that has just found no address has none: the most lasting cause first. */
export function refuse(state: PoolState, planner: Planner): Refusal {
  if (!state.started) return { reason: "notReady" };
  const { settings, store, growthFailure, underWay } = state;
  const stats = state.stats();
  const cooling: Refusal = {
    reason: "cooling",
    addresses: stats.cooling,
    freeAtMs: store.cooldown.nextFreeMs(settings.cooldownMs),
  };
  const growing =
    underWay?.kind === "createEni" || underWay?.kind === "assignBlocks" ? underWay.kind : undefined;
  const hasRoom = enisWithRoom(state).length > 0 || hasRoomForEni(state, 0);
  if (growing === undefined) {
    if (settings.provisioning === "off") return stats.cooling > 0 ? cooling : { reason: "paused" };
    if (!hasRoom) {
      return stats.cooling > 0
        ? cooling
        : { reason: "nodeFull", addresses: stats.total + stats.elsewhere, enis: stats.enis };
    }
    if (settings.growth === "paused") return stats.cooling > 0 ? cooling : { reason: "paused" };
    if (coversMaxPods(settings, state.unitStats())) {
      return stats.cooling > 0 ? cooling : { reason: "maxPods", maxPods: settings.maxPods };
    }
  }
  const retryAtMs = planner.retryAtMs();
  // Once the next attempt is under way or due, what the last one came to is no reason any more.
  const heldOff = growing === undefined && retryAtMs > state.nowMs;
  if (growthFailure !== undefined && (heldOff || settings.policy === "stock")) {
    return { reason: "ec2Refused", ...growthFailure, retryAtMs };
  }
  if (growing !== undefined || isTooLow(settings, state.unitStats()))
    return { reason: "growing", step: growing };
  return stats.cooling > 0 ? cooling : { reason: "targetsMet", addresses: stats.total };
}
