import { type Cidr, type Ipv4, toIpv4 } from "../net/index.ts";
import type { BlockUnit } from "./settings.ts";

/**
 * A block of addresses on an ENI: a /32 or a /28. Each set of its addresses is a bit mask: bit n is address base + n.
 * Only {@link BlockList} changes a block, because it keeps the counts.
 */
export class Block {
  readonly cidr: Cidr;
  readonly size: number;
  readonly unit: BlockUnit;
  /** The mask of all addresses. */
  readonly full: number;
  assigned = 0;
  cooling = 0;
  /** Addresses that were handed out once and are still remembered; they are preferred when they are free again. */
  tracked = 0;
  /** Its place in the list of its ENI, in order of arrival. */
  index = 0;
  /** When EC2 gave it in answer to a request; −Infinity if it was found. */
  givenAtMs: number = -Infinity;
  /** False once it has left the ENI. */
  present = true;

  constructor(cidr: Cidr) {
    this.cidr = cidr;
    this.size = 1 << (32 - cidr.bits);
    this.unit = this.size === 1 ? "address" : "prefix";
    this.full = (1 << this.size) - 1;
  }

  /** Whether an address can be handed out now. */
  get open(): boolean {
    return (this.assigned | this.cooling) !== this.full;
  }

  address(offset: number): Ipv4 {
    return toIpv4(this.cidr.base + offset);
  }

  /**
   * The address to hand out, as an offset; the block must be open. As the stock plugin: first one that was used
   * before and has cooled (all such are forgotten by the way), else the lowest that is not remembered.
   */
  choose(): number {
    const recycled = this.tracked & ~(this.assigned | this.cooling);
    if (recycled === 0) return lowestBit(this.full & ~this.tracked);
    this.tracked &= ~recycled;
    return lowestBit(recycled);
  }
}

/** How many addresses a mask holds. */
export function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** The number of the lowest bit that is set in a mask that is not 0. */
export function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/** A number that tells blocks apart. */
export function blockKey(cidr: Cidr): number {
  return cidr.base * 64 + cidr.bits;
}
