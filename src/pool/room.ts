import type { Eni } from "./eni.ts";
import type { PoolState } from "./state.ts";

/** ENIs that can take more blocks, in order of arrival. Existing ENIs are filled before one is created. */
export function enisWithRoom({ store, settings }: PoolState): Eni[] {
  return store.enis.filter(
    (eni) =>
      eni.role !== "trunk" &&
      eni.service === "pods" &&
      eni.phase === "serving" &&
      !(eni.role === "primary" && settings.customNetworking === "on") &&
      eni.blockCount < settings.slotsPerEni,
  );
}

/** Whether the node may have another ENI, `unknownEnis` being attached that the pool could not take in yet. */
export function hasRoomForEni({ store, settings }: PoolState, unknownEnis: number): boolean {
  const reserve = settings.trunkReserve === "reserved" && !hasTrunk(store.enis) ? 1 : 0;
  return store.enis.length + unknownEnis < settings.maxEnis - settings.unmanagedEnis - reserve;
}

/** Whether the node has its trunk. */
export function hasTrunk(enis: readonly Eni[]): boolean {
  return enis.some((eni) => eni.role === "trunk");
}
