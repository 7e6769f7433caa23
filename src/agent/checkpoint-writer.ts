import { writeSync } from "node:fs";
import { cidrOf, parseCidr } from "../net/index.ts";
import { Pool, poolSettings } from "../pool/index.ts";
import type { SavedLease } from "../pool/index.ts";
import { newCheckpoint } from "./checkpoint.ts";
import { must, INSTANCE } from "./tiny-instance.ts";

/**
 * For a test that kills it: a process that assigns and releases addresses of 10.0.9.0/24 as fast as it can, and says
 * on stdout what is durable: `+pod address` after an ADD, `-pod` before a DEL. Its only argument is the checkpoint.
 */
const [, , file] = process.argv;
const block = must(parseCidr("10.0.9.0/24"));
const pool = new Pool(poolSettings({ maxEnis: 1, slotsPerEni: 256, maxPods: 256, cooldownMs: 0 }));
const checkpoint = newCheckpoint({
  file: must(file),
  boot: { id: "boot-1", startedAtMs: 0 },
  leases: () => pool.leases(),
});
const blocks = Array.from({ length: 200 }, (_, index) =>
  cidrOf((block.base + 20 + index) as typeof block.base, 32),
);
pool.observe(
  [
    {
      id: INSTANCE.primaryEni,
      deviceIndex: 0,
      role: "primary",
      service: "pods",
      subnetId: INSTANCE.subnet,
      primaryAddress: INSTANCE.localIpv4,
      blocks,
    },
  ],
  0,
);
pool.restore(checkpoint.load() as readonly SavedLease[]);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function live(slot: number): Promise<never> {
  for (let turn = 0; ; turn++) {
    const name = `pod-${slot}-${turn}-${process.pid}`;
    const assigned = pool.assign(name, { namespace: "default", name }, Date.now());
    if (!assigned.ok) throw new Error("the pool is too small for this test");
    await checkpoint.commit();
    say(`+${name} ${assigned.lease.address}`);
    if (turn % 3 === 0) continue; // some stay
    say(`-${name}`);
    pool.release(name, Date.now());
    await checkpoint.commit();
    if (pool.leases().length > 150) for (const { key } of pool.leases().slice(0, 50)) drop(key);
  }
}

function drop(key: string): void {
  say(`-${key}`);
  pool.release(key, Date.now());
}

await Promise.all(Array.from({ length: 20 }, (_, slot) => live(slot)));
