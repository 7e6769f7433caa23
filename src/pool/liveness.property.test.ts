import fc from "fast-check";
import { expect, test } from "vitest";
import type { EniId } from "../facts/index.ts";
import type { AttachedEni } from "./attached-eni.ts";
import { Pool } from "./pool.ts";
import { type BlockUnit, fallsBack, type PoolSettings, poolSettings } from "./settings.ts";
import type { AssignBlocks, CreateEni, Outcome, WorkStep } from "./step.ts";
import { isTooLow } from "./targets.ts";
import { type Fault, GROWING, REASONS } from "./tiny-actions.ts";
import { TinyEc2 } from "./tiny-ec2.ts";
import { failure } from "./tiny-failure.ts";
import type { PoolStats } from "./views.ts";

const LIMITS = { maxEnis: 3, slotsPerEni: 4 };
const SUBNETS_MAX = 2;
/** How long metadata does not show an ENI that was not ready in time. */
const LATE_MS = 240_000;
/** The longest wait after a failure is 10 minutes; then the pool still has to look and to grow. */
const LIVE_WITHIN_MS = 15 * 60_000;
/** The longest wait for a subnet that was full. */
const ROOM_SEEN_WITHIN_MS = 121_000;
/** More steps without a rest than any pool of this size has a reason for. */
const STEPS_MAX = 3_000;

type Action =
  | { readonly do: "pods"; readonly count: number }
  | { readonly do: "step"; readonly fault: Fault }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "crowd"; readonly subnet: number; readonly left: number }
  | { readonly do: "fragment"; readonly subnet: number }
  | { readonly do: "restart"; readonly excluded: number }
  | { readonly do: "configure"; readonly settings: Partial<PoolSettings> };

const targets: fc.Arbitrary<Partial<PoolSettings>> = fc.record({
  ...GROWING,
  networkCard: fc.constantFrom(0, 0, 0, 1),
});

// The agent of today uses one subnet.
const subnets = fc.integer({ min: 1, max: SUBNETS_MAX });
const fault = fc.record({ reason: fc.constantFrom(...REASONS), happened: fc.boolean() });
const pods = fc.record({ do: fc.constant("pods" as const), count: fc.nat(30) });
const step = fc.record({ do: fc.constant("step" as const), fault: fc.constant(undefined) });
const pass = fc.record({
  do: fc.constant("pass" as const),
  ms: fc.constantFrom(1, 2_500, 5_000, 30_001, 61_000, 120_000),
});
const crowd = fc.record({
  do: fc.constant("crowd" as const),
  subnet: fc.nat(SUBNETS_MAX - 1),
  left: fc.constantFrom(0, 0, 1, 3, 40),
});
const fragment = fc.record({
  do: fc.constant("fragment" as const),
  subnet: fc.nat(SUBNETS_MAX - 1),
});
const trouble: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant("step" as const), fault }),
  fc.record({ do: fc.constant("restart" as const), excluded: fc.nat(2) }),
  fc.record({ do: fc.constant("configure" as const), settings: targets }),
);

/** A node in the middle of everything. */
class Node {
  readonly ec2: TinyEc2;
  pool: Pool;
  nowMs = 1_000_000;
  readonly #hiddenUntilMs = new Map<EniId, number>();

  constructor(given: Partial<PoolSettings>, subnets: number) {
    this.ec2 = new TinyEc2(LIMITS, { count: subnets, bits: 26 });
    this.pool = this.#started(poolSettings({ ...LIMITS, maxPods: 110, ...given }));
  }

  act(action: Action): void {
    switch (action.do) {
      case "pods":
        this.#setPods(action.count);
        break;
      case "step":
        this.#step(action.fault);
        break;
      case "pass":
        this.nowMs += action.ms;
        break;
      case "crowd":
        this.ec2.crowd(action.subnet % this.ec2.subnets.length, action.left);
        break;
      case "fragment":
        this.ec2.fragment(action.subnet % this.ec2.subnets.length);
        break;
      case "restart":
        this.#restart(action.excluded);
        break;
      case "configure":
        this.pool.configure({ ...this.pool.settings, ...action.settings }, this.nowMs);
        break;
    }
  }

  /** Everybody else leaves the subnets. */
  relieve(): void {
    for (const index of this.ec2.subnets.keys()) this.ec2.crowd(index, Infinity);
  }

  /** Everything works for a while. */
  settle(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (let steps = 0; steps < STEPS_MAX; steps++) {
      const next = this.pool.next(this.nowMs);
      if (next.kind !== "wait") this.#step(undefined);
      else if (next.untilMs > endMs) {
        this.nowMs = endMs;
        return;
      } else this.nowMs = next.untilMs;
    }
    throw new Error("the pool does not come to rest");
  }

  /** If the targets are not met, EC2 refuses even the smallest steps. */
  expectNoMoreToHave(): void {
    const { settings } = this.pool;
    const stats = this.pool.stats(this.nowMs);
    const singles = this.pool.enis(this.nowMs).flatMap(({ id, service, blocks }) => {
      const own = blocks.filter(({ cidr }) => service === "pods" && cidr.bits === 32);
      return own.map((block) => ({ id, ...block }));
    });
    if (fallsBack(settings) && stats.available === 0 && stats.total < settings.maxPods)
      this.#expectRefused("address");
    const unitStats = fallsBack(settings) ? withoutSingles(stats, singles) : stats;
    if (!isTooLow(settings, unitStats)) return;
    // What serves nobody may not stand in the way of a prefix.
    const idle = singles.find(({ assigned, cooling }) => assigned + cooling === 0);
    if (fallsBack(settings) && idle !== undefined && this.#smallestSteps("prefix").length === 0)
      this.ec2.unassign(idle.id, [idle.cidr]);
    this.#expectRefused(settings.unit);
  }

  #expectRefused(unit: BlockUnit): void {
    for (const smallest of this.#smallestSteps(unit)) {
      const outcome = this.ec2.perform(smallest);
      expect(outcome, `${smallest.kind} was not tried`).toMatchObject({ kind: "failed" });
    }
  }

  #smallestSteps(unit: BlockUnit): (AssignBlocks | CreateEni)[] {
    const { customNetworking, trunkReserve } = this.pool.settings;
    const steps: (AssignBlocks | CreateEni)[] = this.ec2.enis
      .filter(({ role, service, blocks }) => {
        const forPods = service === "pods" && !(role === "primary" && customNetworking === "on");
        return forPods && blocks.length < LIMITS.slotsPerEni;
      })
      .map(({ id: eniId }) => ({ kind: "assignBlocks", eniId, unit, count: 1 }));
    const enisMax = LIMITS.maxEnis - (trunkReserve === "reserved" ? 1 : 0);
    if (this.ec2.enis.length < enisMax)
      steps.push({ kind: "createEni", unit, count: 1, avoidSubnets: [] });
    return steps;
  }

  #setPods(count: number): void {
    for (const { key } of this.pool.leases().slice(count)) this.pool.release(key, this.nowMs);
    for (let n = 0; n < count; n++) {
      const name = `pod-${String(n)}`;
      this.pool.assign(name, { namespace: "default", name }, this.nowMs);
    }
  }

  #step(withFault: Fault): void {
    const next = this.pool.next(this.nowMs);
    if (next.kind !== "wait") this.pool.outcome(next, this.#perform(next, withFault), this.nowMs);
  }

  #perform(asked: WorkStep, withFault: Fault): Outcome {
    if (withFault?.happened === false) return failure(withFault.reason);
    if (asked.kind === "adoptEni" && this.#isHidden(asked.eniId)) return failure("notReady");
    const outcome = this.ec2.perform(asked);
    if (withFault === undefined)
      return outcome.kind === "listed" ? { ...outcome, enis: this.#shown() } : outcome;
    if (withFault.reason === "notReady" && outcome.kind === "created")
      this.#hiddenUntilMs.set(outcome.eni.id, this.nowMs + LATE_MS);
    return failure(withFault.reason);
  }

  /** The process is killed; the next one finds that this secondary ENI (0: none) may serve nobody. */
  #restart(excluded: number): void {
    for (const [index, eni] of this.ec2.enis.entries())
      eni.service = excluded > 0 && index === excluded ? "excluded" : "pods";
    const leases = this.pool.leases();
    this.pool = this.#started(this.pool.settings);
    this.pool.restore(leases);
  }

  #started(settings: PoolSettings): Pool {
    const pool = new Pool(settings);
    pool.observe(this.#shown(), this.nowMs);
    return pool;
  }

  #shown(): AttachedEni[] {
    return this.ec2.attached().filter(({ id }) => !this.#isHidden(id));
  }

  #isHidden(id: EniId): boolean {
    return this.nowMs < (this.#hiddenUntilMs.get(id) ?? -Infinity);
  }
}

/** The numbers of prefixes alone. */
function withoutSingles(
  stats: PoolStats,
  singles: readonly { readonly assigned: number; readonly cooling: number }[],
): PoolStats {
  const assigned = singles.reduce((sum, single) => sum + single.assigned, 0);
  const cooling = singles.reduce((sum, single) => sum + single.cooling, 0);
  const total = stats.total - singles.length;
  const available = stats.available - (singles.length - assigned - cooling);
  return { ...stats, total, available, elsewhere: stats.elsewhere + assigned };
}

// Policy berth alone: quirks of the stock plugin keep it from its targets for ever.
for (const seed of [21, 22, 23]) {
  test(`once the faults stop the targets are met, or EC2 has nothing to give (seed ${String(seed)})`, () => {
    const actions = fc.array(fc.oneof(pods, step, pass, crowd, fragment, trouble), {
      maxLength: 80,
      size: "max",
    });
    fc.assert(
      fc.property(targets, subnets, actions, fc.boolean(), (given, count, happens, relieved) => {
        const node = new Node(given, count);
        for (const action of happens) node.act(action);
        if (relieved) node.relieve();
        node.settle(LIVE_WITHIN_MS);
        node.expectNoMoreToHave();
      }),
      { seed, numRuns: 400 },
    );
  });

  test(`room that appears in a full subnet is used within two minutes (seed ${String(seed)})`, () => {
    const actions = fc.array(fc.oneof(pods, step, step, pass, crowd, fragment), {
      maxLength: 80,
      size: "max",
    });
    fc.assert(
      fc.property(targets, subnets, actions, (given, count, happens) => {
        const node = new Node(given, count);
        for (const action of happens) node.act(action);
        node.relieve();
        node.settle(ROOM_SEEN_WITHIN_MS);
        node.expectNoMoreToHave();
      }),
      { seed, numRuns: 400 },
    );
  });
}
