import type { CandidateSubnet } from "./autoscaler-cloud.ts";

/** Which subnets have room for nodes, as far as is known between two answers of EC2. */
export interface SubnetBook {
  /** What EC2 says now; what was deducted before is in it. */
  refresh(subnets: readonly CandidateSubnet[]): void;
  /** The zones that have a subnet which may be tried, with the free addresses of the best one. */
  zones(nowMs: number): { zone: string; freeAddresses: number }[];
  /** The subnet of the zone with the most free addresses, minus what a node with so many pods will need; undefined if none may be tried. */
  take(zone: string, need: { readonly pods: number; readonly nowMs: number }): string | undefined;
  /** EC2 refused to launch in it: it is left out for three minutes. */
  avoid(subnet: string, nowMs: number): void;
}

// How long Karpenter does without an offering that EC2 had no capacity for.
const AVOID_MS = 180_000;

/** An empty book. */
export function newSubnetBook(): SubnetBook {
  const free = new Map<string, { zone: string; freeAddresses: number }>();
  const avoided = new Map<string, number>();

  function best(zone: string, nowMs: number): string | undefined {
    return [...free]
      .filter(([id, subnet]) => subnet.zone === zone && (avoided.get(id) ?? 0) <= nowMs)
      .toSorted(([a, x], [b, y]) => y.freeAddresses - x.freeAddresses || (a < b ? -1 : 1))[0]?.[0];
  }

  return {
    refresh(subnets) {
      free.clear();
      for (const { id, zone, freeAddresses } of subnets) free.set(id, { zone, freeAddresses });
    },
    zones(nowMs) {
      const zones = new Set([...free.values()].map(({ zone }) => zone));
      return [...zones].toSorted().flatMap((zone) => {
        const subnet = free.get(best(zone, nowMs) ?? "");
        return subnet === undefined
          ? []
          : [subnet].map(({ freeAddresses }) => ({ zone, freeAddresses }));
      });
    },
    take(zone, { pods, nowMs }) {
      const id = best(zone, nowMs);
      const subnet = free.get(id ?? "");
      if (subnet !== undefined) subnet.freeAddresses -= pods;
      return id;
    },
    avoid: (subnet, nowMs) => void avoided.set(subnet, nowMs + AVOID_MS),
  };
}
