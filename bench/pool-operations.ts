import { parseEniId, parseSubnetId } from "../src/facts/index.ts";
import { addIpv4, type Ipv4, parseIpv4 } from "../src/net/index.ts";
import { Pool, poolSettings, type AttachedEni } from "../src/pool/index.ts";
import { measurement, type Benchmark } from "./measurement.ts";

const ENIS = 8;
const SLOTS = 29;
const ROUNDS = 4_000;
const PODS = 200;

/** Assignments and releases on one node's pool; the peer is what any pool has to do at least, a Map that remembers who holds what. */
export const poolOperations: Benchmark = {
  name: "pool",
  about: `assign and release ${PODS} pods ${ROUNDS} times; the peer is a bare Map of owners`,
  needs: "nothing",
  async run() {
    const keys = Array.from({ length: PODS }, (_, index) => `berth/container-${index}/eth0`);
    exercisePool(keys, ROUNDS / 10);
    exerciseMap(keys, ROUNDS / 10);
    const peer = rate(() => exerciseMap(keys, ROUNDS));
    const value = rate(() => exercisePool(keys, ROUNDS));
    return [measurement({ name: "pool operations, peer Map", value, unit: "1/s", peer })];
  },
};

function rate(exercise: () => void): number {
  const startMs = performance.now();
  exercise();
  return (ROUNDS * PODS * 2) / ((performance.now() - startMs) / 1000);
}

function exercisePool(keys: readonly string[], rounds: number): void {
  const settings = poolSettings({ maxEnis: ENIS, slotsPerEni: SLOTS, maxPods: ENIS * SLOTS + 2 });
  const pool = new Pool(settings);
  pool.observe(attachedEnis(), 0);
  for (let round = 0; round < rounds; round++) {
    // Time moves on by more than the cooldown, so that every round finds its addresses free again.
    const nowMs = round * (settings.cooldownMs + 1_000);
    for (const key of keys) {
      const { ok } = pool.assign(key, { namespace: "default", name: key }, nowMs);
      if (!ok) throw new Error(`the pool has no address for ${key} in round ${round}`);
    }
    for (const key of keys) pool.release(key, nowMs);
  }
}

function exerciseMap(keys: readonly string[], rounds: number): void {
  const owners = new Map<string, { address: number; assignedAtMs: number }>();
  for (let round = 0; round < rounds; round++) {
    let address = 0;
    for (const key of keys) owners.set(key, { address: address++, assignedAtMs: round });
    for (const key of keys) owners.delete(key);
  }
}

function attachedEnis(): AttachedEni[] {
  const base = known(parseIpv4("10.0.0.10"));
  const subnetId = known(parseSubnetId("subnet-00000001"));
  return Array.from({ length: ENIS }, (_, deviceIndex) => {
    const primaryAddress: Ipv4 = addIpv4(base, deviceIndex * (SLOTS + 1));
    const slots = Array.from({ length: SLOTS }, (__, slot) => slot + 1);
    return {
      id: known(parseEniId(`eni-0000000${deviceIndex}`)),
      deviceIndex,
      role: deviceIndex === 0 ? "primary" : "secondary",
      service: "pods",
      subnetId,
      primaryAddress,
      blocks: slots.map((slot) => ({ base: addIpv4(primaryAddress, slot), bits: 32 })),
    };
  });
}

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("a constant of this benchmark is malformed");
  return value;
}
