import { invariant, type Random } from "../base/index.ts";
import {
  ADDRESSES_PER_PREFIX,
  type EniId,
  PREFIX_BITS,
  RESERVED_AT_SUBNET_END,
  RESERVED_AT_SUBNET_START,
} from "../facts/index.ts";
import { addIpv4, type Cidr, cidrCovers, cidrSize, type Ipv4 } from "../net/index.ts";
import { BitSet } from "./bit-set.ts";

/**
 * The address account of one subnet: which addresses and /28s are held, and by which ENI, which are reserved,
 * and which may be handed out. Addresses that EC2 keeps (the first four and the last) are never free.
 */
export class SubnetAddresses {
  readonly cidr: Cidr;
  /** Neither kept by EC2 nor held. */
  readonly #free: BitSet;
  /** Inside a CIDR reservation. */
  readonly #reserved: BitSet;
  /** Free and outside every CIDR reservation: what automatic choices of single addresses come from. */
  readonly #open: BitSet;
  /** The /28 blocks whose addresses are all open: what automatic choices of prefixes come from. */
  readonly #openBlocks: BitSet;
  readonly #freeInBlock: Uint8Array;
  readonly #openInBlock: Uint8Array;
  readonly #holders = new Map<number, EniId>();
  readonly #prefixHolders = new Map<number, EniId>();
  #prefixReservations: readonly Cidr[] = [];

  constructor(cidr: Cidr) {
    const size = cidrSize(cidr);
    const blocks = size / ADDRESSES_PER_PREFIX;
    this.cidr = cidr;
    this.#free = new BitSet(size);
    this.#reserved = new BitSet(size);
    this.#open = new BitSet(size);
    this.#openBlocks = new BitSet(blocks);
    this.#freeInBlock = new Uint8Array(blocks);
    this.#openInBlock = new Uint8Array(blocks);
    for (let at = RESERVED_AT_SUBNET_START; at < size - RESERVED_AT_SUBNET_END; at++)
      this.#give(at);
  }

  /** EC2's AvailableIpAddressCount: the free addresses outside `prefix` reservations. */
  get availableCount(): number {
    let count = this.#free.count;
    for (const cidr of this.#prefixReservations) count -= this.#freeCountIn(cidr);
    return count;
  }

  /** The free addresses, reserved ones too. */
  get freeCount(): number {
    return this.#free.count;
  }

  /** How many aligned, wholly free /28s the automatic choice can use, without those inside `prefix` reservations. */
  get openPrefixCount(): number {
    return this.#openBlocks.count;
  }

  /** Whether EC2 keeps the address for itself. */
  keeps(ip: Ipv4): boolean {
    const at = ip - this.cidr.base;
    return at < RESERVED_AT_SUBNET_START || at >= cidrSize(this.cidr) - RESERVED_AT_SUBNET_END;
  }

  /** The ENI that holds the address, by itself or in a prefix. */
  holderOf(ip: Ipv4): EniId | undefined {
    const at = ip - this.cidr.base;
    return this.#holders.get(at) ?? this.#prefixHolders.get(blockOf(at));
  }

  /** Whether the address is neither held nor kept by EC2. */
  isFree(ip: Ipv4): boolean {
    return this.#free.has(ip - this.cidr.base);
  }

  /** Whether all 16 addresses of the /28 are free. */
  isFreePrefix(prefix: Cidr): boolean {
    return this.#freeInBlock[this.#blockAt(prefix)] === ADDRESSES_PER_PREFIX;
  }

  /** Takes a free address for the ENI. */
  hold(ip: Ipv4, eniId: EniId): void {
    invariant(this.isFree(ip), "an address is held twice");
    const at = ip - this.cidr.base;
    this.#holders.set(at, eniId);
    this.#take(at);
  }

  /** Takes a free /28 for the ENI. */
  holdPrefix(prefix: Cidr, eniId: EniId): void {
    invariant(this.isFreePrefix(prefix), "a prefix is held twice");
    this.#prefixHolders.set(this.#blockAt(prefix), eniId);
    const base = prefix.base - this.cidr.base;
    for (let at = base; at < base + ADDRESSES_PER_PREFIX; at++) this.#take(at);
  }

  /** Gives a held address back. */
  release(ip: Ipv4): void {
    const at = ip - this.cidr.base;
    invariant(this.#holders.delete(at), "an address is released that nobody holds");
    this.#give(at);
  }

  /** Gives a held /28 back. */
  releasePrefix(prefix: Cidr): void {
    const held = this.#prefixHolders.delete(this.#blockAt(prefix));
    invariant(held, "a prefix is released that nobody holds");
    const base = prefix.base - this.cidr.base;
    for (let at = base; at < base + ADDRESSES_PER_PREFIX; at++) this.#give(at);
  }

  /** A free address outside every CIDR reservation, all equally likely; undefined when there is none. */
  pick(random: Random): Ipv4 | undefined {
    const at = this.#open.pick(random);
    return at === undefined ? undefined : addIpv4(this.cidr.base, at);
  }

  /** A free /28 of a `prefix` reservation, or if there is none, outside every reservation; else undefined. */
  pickPrefix(random: Random): Cidr | undefined {
    const preferred = this.#prefixReservations.flatMap((cidr) => this.#freeBlocksIn(cidr));
    const block = preferred.length > 0 ? random.pick(preferred) : this.#openBlocks.pick(random);
    if (block === undefined) return undefined;
    return { base: addIpv4(this.cidr.base, block * ADDRESSES_PER_PREFIX), bits: PREFIX_BITS };
  }

  /** Keeps a block from automatic choices; it overlaps no other reservation. Held addresses in it stay held. */
  reserve(cidr: Cidr, type: "prefix" | "explicit"): void {
    if (type === "prefix") this.#prefixReservations = [...this.#prefixReservations, cidr];
    for (const at of this.#offsets(cidr)) {
      this.#close(at);
      this.#reserved.add(at);
    }
  }

  /** Ends a reservation. */
  unreserve(cidr: Cidr): void {
    this.#prefixReservations = this.#prefixReservations.filter(({ base }) => base !== cidr.base);
    for (const at of this.#offsets(cidr)) {
      this.#reserved.delete(at);
      if (this.#free.has(at)) this.#reopen(at);
    }
  }

  #take(at: number): void {
    this.#close(at);
    this.#free.delete(at);
    bump(this.#freeInBlock, { at, by: -1 });
  }

  #give(at: number): void {
    this.#free.add(at);
    bump(this.#freeInBlock, { at, by: 1 });
    if (!this.#reserved.has(at)) this.#reopen(at);
  }

  #close(at: number): void {
    if (!this.#open.has(at)) return;
    this.#open.delete(at);
    bump(this.#openInBlock, { at, by: -1 });
    this.#openBlocks.delete(blockOf(at));
  }

  #reopen(at: number): void {
    this.#open.add(at);
    const open = bump(this.#openInBlock, { at, by: 1 });
    if (open === ADDRESSES_PER_PREFIX) this.#openBlocks.add(blockOf(at));
  }

  #freeCountIn(cidr: Cidr): number {
    let count = 0;
    for (const at of this.#offsets(cidr)) if (this.#free.has(at)) count++;
    return count;
  }

  #freeBlocksIn(cidr: Cidr): readonly number[] {
    const blocks: number[] = [];
    const first = cidr.base - this.cidr.base;
    // A reservation smaller than a /28 has no whole block.
    for (
      let at = first;
      at + ADDRESSES_PER_PREFIX <= first + cidrSize(cidr);
      at += ADDRESSES_PER_PREFIX
    ) {
      if (this.#freeInBlock[blockOf(at)] === ADDRESSES_PER_PREFIX) blocks.push(blockOf(at));
    }
    return blocks;
  }

  *#offsets(cidr: Cidr): Generator<number> {
    const first = cidr.base - this.cidr.base;
    for (let at = first; at < first + cidrSize(cidr); at++) yield at;
  }

  #blockAt(prefix: Cidr): number {
    invariant(
      prefix.bits === PREFIX_BITS && cidrCovers(this.cidr, prefix),
      "not a /28 of the subnet",
    );
    return blockOf(prefix.base - this.cidr.base);
  }
}

function blockOf(at: number): number {
  return Math.floor(at / ADDRESSES_PER_PREFIX);
}

function bump(counts: Uint8Array, { at, by }: { at: number; by: number }): number {
  const count = (counts[blockOf(at)] as number) + by;
  counts[blockOf(at)] = count;
  return count;
}
