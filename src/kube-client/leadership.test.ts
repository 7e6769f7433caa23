import type { Lease } from "kubernetes-types/coordination/v1";
import { expect, test } from "vitest";
import type { Time } from "../time/index.ts";
import type { KubeClient } from "./kube-client.ts";
import { KubeError } from "./kube-error.ts";
import { compete } from "./leadership.ts";

const LEASE_MS = 90_000;

/** A time that passes when it is told to, and one Lease. */
class World {
  nowMs = Date.UTC(2026, 0, 1);
  lease: Lease | undefined;
  away = false;
  requests = 0;
  readonly #sleepers = new Map<() => void, number>();

  readonly time: Time = {
    nowMs: () => this.nowMs,
    sleep: (ms, { signal } = {}) =>
      new Promise((resolve) => {
        const wake = (): void => {
          this.#sleepers.delete(wake);
          resolve();
        };
        if (signal?.aborted === true) resolve();
        else this.#sleepers.set(wake, this.nowMs + ms);
        signal?.addEventListener("abort", wake);
      }),
  };

  readonly client = {
    time: this.time,
    tryGet: async () => this.#answer(() => this.lease),
    create: async (_: unknown, lease: Lease) =>
      this.#answer(() => {
        if (this.lease !== undefined) throw refusal(409, "AlreadyExists");
        return (this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: "1" } });
      }),
    replace: async (_: unknown, lease: Lease) =>
      this.#answer(() => {
        const { resourceVersion } = this.lease?.metadata ?? {};
        if (lease.metadata?.resourceVersion !== resourceVersion) throw refusal(409, "Conflict");
        const next = String(Number(resourceVersion) + 1);
        return (this.lease = { ...lease, metadata: { ...lease.metadata, resourceVersion: next } });
      }),
  } as unknown as KubeClient;

  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (;;) {
      await settled();
      const [due] = [...this.#sleepers].toSorted(([, a], [, b]) => a - b);
      if (due === undefined || due[1] > untilMs) break;
      this.nowMs = due[1];
      due[0]();
    }
    this.nowMs = untilMs;
  }

  async #answer<T>(work: () => T): Promise<T> {
    this.requests++;
    if (this.away) throw refusal(503, "ServiceUnavailable");
    await Promise.resolve();
    return work();
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function refusal(status: number, reason: string): KubeError {
  return new KubeError({ status, reason, message: reason, fix: "" });
}

function candidate(
  world: World,
  identity: string,
): { leading: boolean; stop: () => Promise<void>; errors: unknown[] } {
  const stopping = new AbortController();
  const state = {
    leading: false,
    errors: [] as unknown[],
    stop: async (): Promise<void> => undefined,
  };
  const ended = compete(
    world.client,
    {
      namespace: "kube-system",
      name: "berth",
      identity,
      leaseMs: LEASE_MS,
      lead(term) {
        state.leading = true;
        term.addEventListener("abort", () => (state.leading = false));
      },
      onError: (error) => state.errors.push(error),
    },
    stopping.signal,
  );
  state.stop = async () => {
    stopping.abort();
    await ended;
  };
  return state;
}

test("the first candidate leads, the others look once in a lease", async () => {
  const world = new World();
  const a = candidate(world, "a");
  await world.pass(1000);
  const others = Array.from({ length: 20 }, (_, index) => candidate(world, `b${index}`));
  await world.pass(10 * LEASE_MS);
  expect([a.leading, ...others.map(({ leading }) => leading)].filter(Boolean)).toHaveLength(1);
  expect(a.leading).toBe(true);
  expect(world.lease?.spec).toMatchObject({
    holderIdentity: "a",
    leaseDurationSeconds: 90,
    leaseTransitions: 0,
  });
  expect(world.lease?.spec?.renewTime).toMatch(/^2026-01-01T00:\d\d:\d\d\.\d{6}Z$/);
  expect(world.requests).toBeLessThan(20 * 11 + 40);
  await Promise.all([a, ...others].map(({ stop }) => stop()));
});

test("a leader that stops gives the lease free; one that dies is followed when it has run out", async () => {
  const world = new World();
  const a = candidate(world, "a");
  await world.pass(1000);
  await a.stop();
  expect(a.leading).toBe(false);
  expect(world.lease?.spec?.holderIdentity).toBe("");
  const b = candidate(world, "b");
  await world.pass(1000);
  expect(b.leading).toBe(true);
  await b.stop();
  world.lease = { ...world.lease, spec: { ...world.lease?.spec, holderIdentity: "dead" } };
  const c = candidate(world, "c");
  await world.pass(LEASE_MS - 1000);
  expect(c.leading).toBe(false);
  await world.pass(LEASE_MS);
  expect(c.leading).toBe(true);
  expect(world.lease.spec?.leaseTransitions).toBeGreaterThan(0);
  await c.stop();
});

test("a candidate that comes back under its name goes on at once", async () => {
  const world = new World();
  const lease = {
    metadata: { name: "berth", namespace: "kube-system", resourceVersion: "7" },
    spec: { holderIdentity: "a", leaseTransitions: 3 },
  };
  world.lease = lease;
  const a = candidate(world, "a");
  await world.pass(10);
  expect(a.leading).toBe(true);
  expect(world.lease.spec?.leaseTransitions).toBe(3);
  await a.stop();
});

test("a leader that can't renew gives up before others begin, and comes back", async () => {
  const world = new World();
  const a = candidate(world, "a");
  await world.pass(1000);
  world.away = true;
  await world.pass(LEASE_MS * 0.5);
  expect(a.leading).toBe(true);
  await world.pass(LEASE_MS * 0.3);
  expect(a.leading).toBe(false);
  expect(a.errors.length).toBeGreaterThan(0);
  world.away = false;
  await world.pass(2 * LEASE_MS);
  expect(a.leading).toBe(true);
  await a.stop();
});

test("a lease that another has taken is lost; one that was merely touched is not", async () => {
  const world = new World();
  const a = candidate(world, "a");
  await world.pass(1000);
  world.lease = { ...world.lease, metadata: { ...world.lease?.metadata, resourceVersion: "50" } };
  await world.pass(LEASE_MS);
  expect(a.leading).toBe(true);
  world.lease = {
    metadata: { name: "berth", resourceVersion: "90" },
    spec: { holderIdentity: "z", renewTime: "now" },
  };
  await world.pass(LEASE_MS / 2);
  expect(a.leading).toBe(false);
  await a.stop();
  expect(world.lease.spec?.holderIdentity).toBe("z");
});
