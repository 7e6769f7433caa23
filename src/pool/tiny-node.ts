import { Pool } from "./pool.ts";
import { type NodeLimits, type PoolSettings, poolSettings } from "./settings.ts";
import type { Outcome, WorkStep } from "./step.ts";
import { TinyEc2 } from "./tiny-ec2.ts";
import type { PoolStats } from "./views.ts";

/** For the tests of this room: a node, its pool and a tiny EC2, in virtual time. Steps take no time. */
export class TinyNode {
  readonly pool: Pool;
  readonly ec2: TinyEc2;
  nowMs = 1_000_000;
  /** Called for each step instead of EC2, when set. */
  interfere: ((step: WorkStep) => Outcome | undefined) | undefined;

  constructor(settings: PoolSettings, ec2: TinyEc2 = new TinyEc2(settings)) {
    this.ec2 = ec2;
    this.pool = new Pool(settings);
    this.pool.observe(ec2.attached(), this.nowMs);
  }

  /** Lets the pool work until it has nothing to do for so long. */
  run(durationMs: number): this {
    const endMs = this.nowMs + durationMs;
    for (;;) {
      const step = this.pool.next(this.nowMs);
      if (step.kind === "wait") {
        if (step.untilMs > endMs) break;
        this.nowMs = Math.max(this.nowMs, step.untilMs);
      } else {
        this.perform(step);
      }
    }
    this.nowMs = endMs;
    return this;
  }

  /** Performs one step. */
  perform(step: WorkStep): void {
    const outcome = this.interfere?.(step) ?? this.ec2.perform(step);
    this.pool.outcome(step, outcome, this.nowMs);
  }

  /** Starts pods 0 … count − 1 that do not run yet and ends the others, the last first. The number that got an address. */
  pods(count: number): number {
    let running = 0;
    for (let n = this.pool.leases().length - 1; n >= count; n--) this.end(n);
    for (let n = 0; n < count; n++) if (this.start(n)) running++;
    return running;
  }

  /** Whether pod n has an address now. */
  start(n: number): boolean {
    return this.pool.assign(keyOf(n), { namespace: "default", name: keyOf(n) }, this.nowMs).ok;
  }

  end(n: number): void {
    this.pool.release(keyOf(n), this.nowMs);
  }

  /** Asks for pods again and again, as the kubelet does, until all have an address or no more do. */
  runPods(count: number): number {
    let running = this.pods(count);
    for (let round = 0; running < count && round < 400; round++) {
      this.run(2_000);
      running = this.pods(count);
    }
    this.run(60_000);
    return running;
  }

  stats(): PoolStats {
    return this.pool.stats(this.nowMs);
  }

  /** Blocks per ENI, in the order of EC2. */
  blocks(): number[] {
    return this.ec2.enis.map((eni) => eni.blocks.length);
  }
}

/** The owner key of pod n. */
export function keyOf(n: number): string {
  return `berth/pod-${String(n)}/eth0`;
}

/** A node with the usual settings but for those given. */
export function tinyNode(given: NodeLimits & Partial<PoolSettings>): TinyNode {
  return new TinyNode(poolSettings(given));
}
