import { invariant } from "../base/index.ts";
import type { EniId } from "../facts/index.ts";
import { addIpv6, type Cidr6, cidr6Contains, type Ip, type Ipv6 } from "../net/index.ts";
import type { Lease, OwnerKey, PodName, SavedLease } from "./lease.ts";
import type { GrowthFailure } from "./state.ts";
import type { Refusal } from "./refusal.ts";
import type { PoolPolicy } from "./settings.ts";

/** The ENI whose IPv6 prefixes serve pods. */
export interface Ipv6Source {
  readonly eniId: EniId;
  readonly deviceIndex: number;
  /** /80 prefixes. New pods get addresses of the first; those that pods have of others stay with them. */
  readonly prefixes: readonly Cidr6[];
}

/** What an IPv6 pool must know; counts are integers. */
export interface Ipv6PoolSettings {
  readonly policy: PoolPolicy;
  /** How long an address rests after its pod is gone, in ms. */
  readonly cooldownMs: number;
  /** How many numbers of a prefix may be handed out: fewer than 2⁴⁸ where each pod needs an IPv4 address too. */
  readonly capacity: number;
  /** `off`: a prefix is somebody else's work. */
  readonly provisioning: "on" | "off";
}

/** An assignment of an IPv6 address; see `Pool.assign`. */
export type Ipv6Assigned =
  | { readonly ok: true; readonly lease: Lease<Ipv6>; readonly already: boolean }
  | { readonly ok: false; readonly refusal: Refusal };

/** The numbers of an IPv6 pool. */
export interface Ipv6PoolStats {
  readonly assigned: number;
  readonly cooling: number;
}

/**
 * The IPv6 addresses of one node's pods. A /80 has 2⁴⁸ of them, so nothing is counted out: what is remembered is who has
 * which, and what is cooling. The lowest free number is given, so that numbers stay small: number n of a pod's address is
 * n of its IPv4 egress address too. Numbers count across all prefixes for that reason.
 *
 * As with `Pool`, times come in and nothing is awaited.
 */
export class Ipv6Pool {
  readonly settings: Ipv6PoolSettings;
  readonly #held = new Map<OwnerKey, Lease<Ipv6>>();
  /** Numbers in use. */
  readonly #taken = new Set<bigint>();
  /** Numbers that rest, and since when, in order of release. */
  readonly #cooling = new Map<bigint, number>();
  #source: Ipv6Source | undefined;
  #failure: (GrowthFailure & { readonly retryAtMs: number }) | undefined;
  #nowMs = 0;

  constructor(settings: Ipv6PoolSettings) {
    this.settings = settings;
  }

  /** Where addresses come from; undefined while the ENI has no prefix. */
  get source(): Ipv6Source | undefined {
    return this.#source;
  }

  /** The ENI has these prefixes, one at least. */
  observe(source: Ipv6Source): void {
    this.#source = source;
    this.#failure = undefined;
  }

  /** EC2 gave no prefix; it is asked again at `retryAtMs`. */
  fail(failure: GrowthFailure & { readonly retryAtMs: number }): void {
    this.#failure = failure;
  }

  /** Gives the key an address, or says why there is none. The same key again gets the same address. */
  assign(key: OwnerKey, pod: PodName, nowMs: number): Ipv6Assigned {
    this.#advance(nowMs);
    const known = this.#held.get(key);
    if (known !== undefined) return { ok: true, lease: known, already: true };
    const prefix = this.#source?.prefixes[0];
    if (prefix === undefined) return { ok: false, refusal: this.#noPrefix() };
    const number = this.#lowestFree();
    if (number >= this.settings.capacity) return { ok: false, refusal: this.#full() };
    const address = addIpv6(prefix.base, number);
    return {
      ok: true,
      lease: this.#hold({ key, pod, address, assignedAtMs: nowMs }),
      already: false,
    };
  }

  /** Takes an assignment back as if it had not been. */
  undoAssign(key: OwnerKey): void {
    this.#drop(key);
  }

  /** The pod is gone: its address cools down. */
  release(
    key: OwnerKey,
    nowMs: number,
  ):
    | { readonly ok: true; readonly lease: Lease<Ipv6> }
    | { readonly ok: false; readonly reason: "unknownOwner" } {
    this.#advance(nowMs);
    const lease = this.#drop(key);
    if (lease === undefined) return { ok: false, reason: "unknownOwner" };
    this.#cooling.set(numberOf(lease.address), this.#nowMs);
    return { ok: true, lease };
  }

  /** Takes a release back. `tooLate`: the address or its number has another owner. */
  undoRelease({ key, pod, address, assignedAtMs }: Lease<Ipv6>): "undone" | "tooLate" {
    const number = numberOf(address);
    if (this.#held.has(key) || this.#taken.has(number)) return "tooLate";
    this.#cooling.delete(number);
    this.#hold({ key, pod, address, assignedAtMs });
    return "undone";
  }

  /** What the key holds. */
  lease(key: OwnerKey): Lease<Ipv6> | undefined {
    return this.#held.get(key);
  }

  /** Who holds what, in order of assignment. */
  leases(): Lease<Ipv6>[] {
    return [...this.#held.values()];
  }

  /**
   * Takes over the leases of a checkpoint, after the first {@link observe}. IPv4 addresses, of a node that was in an IPv4
   * cluster, are stale like any that no prefix of the node has.
   */
  restore(saved: readonly SavedLease<Ip>[]): {
    readonly restored: readonly Lease<Ipv6>[];
    readonly stale: readonly SavedLease<Ip>[];
    readonly conflicting: readonly SavedLease<Ip>[];
  } {
    const restored: Lease<Ipv6>[] = [];
    const stale: SavedLease<Ip>[] = [];
    const conflicting: SavedLease<Ip>[] = [];
    for (const each of saved) {
      const { key, pod, address, assignedAtMs } = each;
      if (typeof address === "number" || !this.owns(address)) stale.push(each);
      else if (this.#held.has(key) || this.#taken.has(numberOf(address))) conflicting.push(each);
      else restored.push(this.#hold({ key, pod, address, assignedAtMs }));
    }
    return { restored, stale, conflicting };
  }

  /** Whether the address is of one of the node's prefixes. */
  owns(address: Ipv6): boolean {
    return this.#source?.prefixes.some((prefix) => cidr6Contains(prefix, address)) ?? false;
  }

  /** The numbers that there are. */
  stats(nowMs: number): Ipv6PoolStats {
    this.#advance(nowMs);
    return { assigned: this.#held.size, cooling: this.#cooling.size };
  }

  #advance(nowMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    for (const [number, sinceMs] of this.#cooling) {
      if (this.#nowMs - sinceMs <= this.settings.cooldownMs) return;
      this.#cooling.delete(number);
    }
  }

  #hold(lease: Omit<Lease<Ipv6>, "eniId" | "deviceIndex">): Lease<Ipv6> {
    const { eniId, deviceIndex } = this.#knownSource();
    const held = { ...lease, eniId, deviceIndex };
    this.#held.set(lease.key, held);
    this.#taken.add(numberOf(lease.address));
    return held;
  }

  #drop(key: OwnerKey): Lease<Ipv6> | undefined {
    const lease = this.#held.get(key);
    if (lease === undefined) return undefined;
    this.#held.delete(key);
    this.#taken.delete(numberOf(lease.address));
    return lease;
  }

  #knownSource(): Ipv6Source {
    invariant(this.#source !== undefined, "addresses are held only after the ENI was observed");
    return this.#source;
  }

  /** There are as many steps as pods, and cooling addresses, at most. */
  #lowestFree(): bigint {
    let number = firstNumber(this.settings.policy);
    while (this.#taken.has(number) || this.#cooling.has(number)) number++;
    return number;
  }

  #noPrefix(): Refusal {
    if (this.settings.provisioning === "off") return { reason: "paused" };
    const failure = this.#failure;
    if (failure === undefined) return { reason: "growing", step: "assignBlocks" };
    return { reason: "ec2Refused", ...failure };
  }

  #full(): Refusal {
    const [cooling] = this.#cooling.values();
    if (cooling === undefined) return { reason: "nodeFull", addresses: this.#held.size, enis: 1 };
    const freeAtMs = cooling + this.settings.cooldownMs + 1;
    return { reason: "cooling", addresses: this.#cooling.size, freeAtMs };
  }
}

/** The number of an address in its /80: its last 48 bits. */
export function numberOf(address: Ipv6): bigint {
  return address & 0xffff_ffff_ffffn;
}

/**
 * The stock plugin gives the all-zero address too. Where the prefix begins its subnet that is the subnet's anycast address
 * for routers (RFC 4291, section 2.6.1), which the node itself has once it forwards, so ours begins with 1.
 */
function firstNumber(policy: PoolPolicy): bigint {
  return policy === "stock" ? 0n : 1n;
}
