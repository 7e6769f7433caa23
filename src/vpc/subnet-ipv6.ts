import { invariant, type Random } from "../base/index.ts";
import { type EniId, IPV6_PREFIX_BITS } from "../facts/index.ts";
import { addIpv6, type Cidr6, type Ipv6, toIpv6 } from "../net/index.ts";

/** Low bits of an address inside its /80. */
const LOW_BITS = BigInt(128 - IPV6_PREFIX_BITS);
/** /80s in a /64. */
const PREFIXES = 2 ** 16;

/** The IPv6 account of one subnet: a /64 of addresses and /80s, and which ENI holds them. */
export class SubnetIpv6 {
  readonly cidr: Cidr6;
  readonly #holders = new Map<Ipv6, EniId>();
  readonly #prefixHolders = new Map<Ipv6, EniId>();
  /** Single addresses that are held in each /80. */
  readonly #singles = new Map<bigint, number>();

  constructor(cidr: Cidr6) {
    invariant(cidr.bits === 64, "an IPv6 subnet is a /64");
    this.cidr = cidr;
  }

  /** Whether EC2 keeps the address for itself: the first four and the last. */
  keeps(ip: Ipv6): boolean {
    const at = ip - this.cidr.base;
    return at < 4n || at === (1n << 64n) - 1n;
  }

  /** The ENI that holds the address, by itself or in a prefix. */
  holderOf(ip: Ipv6): EniId | undefined {
    return this.#holders.get(ip) ?? this.#prefixHolders.get(prefixBase(ip));
  }

  /** Whether nothing of the /80 is held, nor kept by EC2. */
  isFreePrefix(base: Ipv6): boolean {
    const kept = this.keeps(base) || this.keeps(addIpv6(base, (1n << LOW_BITS) - 1n));
    return !kept && !this.#prefixHolders.has(base) && !this.#singles.has(base);
  }

  /** Takes an address that nobody holds. */
  hold(ip: Ipv6, eniId: EniId): void {
    invariant(this.holderOf(ip) === undefined, "an address is held twice");
    this.#holders.set(ip, eniId);
    this.#singles.set(prefixBase(ip), (this.#singles.get(prefixBase(ip)) ?? 0) + 1);
  }

  /** Takes a free /80, named by its first address. */
  holdPrefix(base: Ipv6, eniId: EniId): void {
    invariant(this.isFreePrefix(base), "a prefix is held twice");
    this.#prefixHolders.set(base, eniId);
  }

  /** Gives a held address back. */
  release(ip: Ipv6): void {
    const base = prefixBase(ip);
    const held = this.#singles.get(base);
    const wasHeld = this.#holders.delete(ip);
    invariant(wasHeld && held !== undefined, "an address is released that nobody holds");
    if (held === 1) this.#singles.delete(base);
    else this.#singles.set(base, held - 1);
  }

  /** Gives a held /80 back, named by its first address. */
  releasePrefix(base: Ipv6): void {
    invariant(this.#prefixHolders.delete(base), "a prefix is released that nobody holds");
  }

  /** A free address at random. There always is one: the first and the last /80 are never delegated. */
  pick(random: Random): Ipv6 {
    const base = this.#probe(random, (candidate) => !this.#prefixHolders.has(candidate));
    invariant(base !== undefined, "every /80 is delegated");
    let ip: Ipv6;
    do {
      const low = (BigInt(random.below(2 ** 16)) << 32n) | BigInt(random.uint32());
      ip = addIpv6(base, low);
    } while (this.keeps(ip) || this.#holders.has(ip));
    return ip;
  }

  /** A free /80, by its first address, from a random place on; undefined when there is none. */
  pickPrefix(random: Random): Ipv6 | undefined {
    return this.#probe(random, (candidate) => this.isFreePrefix(candidate));
  }

  #probe(random: Random, suits: (base: Ipv6) => boolean): Ipv6 | undefined {
    const start = random.below(PREFIXES);
    for (let step = 0; step < PREFIXES; step++) {
      const index = BigInt((start + step) % PREFIXES);
      const base = addIpv6(this.cidr.base, index << LOW_BITS);
      if (suits(base)) return base;
    }
    return undefined;
  }
}

function prefixBase(ip: Ipv6): Ipv6 {
  return toIpv6((ip >> LOW_BITS) << LOW_BITS);
}
