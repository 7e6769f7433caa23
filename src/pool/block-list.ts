import { type Block, countBits, lowestBit } from "./block.ts";

const WORD_BITS = 32;

/**
 * The blocks of one size on one ENI, in order of arrival, with running counts and a bitmap of those that are open:
 * finding the first open block and changing an address cost the same however many blocks there are.
 */
export class BlockList {
  readonly blocks: Block[] = [];
  /** Addresses in all blocks, and in which state they are. */
  total = 0;
  assigned = 0;
  cooling = 0;
  /** Blocks of which no address is assigned; and those of which none is cooling either. */
  unassigned = 0;
  idle = 0;
  #open: number[] = [];

  add(block: Block): void {
    block.index = this.blocks.length;
    this.blocks.push(block);
    this.#count(block, 1);
    this.#mark(block);
  }

  remove(block: Block): void {
    this.#count(block, -1);
    block.present = false;
    this.blocks.splice(block.index, 1);
    this.#open = [];
    for (const [index, moved] of this.blocks.entries()) {
      moved.index = index;
      this.#mark(moved);
    }
  }

  /** The first block, in order of arrival, that has an address to hand out. */
  firstOpen(): Block | undefined {
    for (let word = 0; ; word++) {
      const bits = this.#open[word];
      if (bits === undefined) return undefined;
      if (bits !== 0) return this.blocks[word * WORD_BITS + lowestBit(bits)];
    }
  }

  /** free or cooling → assigned. */
  assign(block: Block, offset: number): void {
    this.#count(block, -1);
    block.assigned |= 1 << offset;
    block.cooling &= ~(1 << offset);
    block.tracked |= 1 << offset;
    this.#count(block, 1);
    this.#mark(block);
  }

  /** assigned → cooling. */
  cool(block: Block, offset: number): void {
    this.#count(block, -1);
    block.assigned &= ~(1 << offset);
    block.cooling |= 1 << offset;
    this.#count(block, 1);
    this.#mark(block);
  }

  /** cooling → free, and remembered. */
  thaw(block: Block, offset: number): void {
    this.#count(block, -1);
    block.cooling &= ~(1 << offset);
    this.#count(block, 1);
    this.#mark(block);
  }

  /** assigned → free, as if it had never been handed out. */
  forget(block: Block, offset: number): void {
    this.#count(block, -1);
    block.assigned &= ~(1 << offset);
    block.tracked &= ~(1 << offset);
    this.#count(block, 1);
    this.#mark(block);
  }

  #count(block: Block, sign: 1 | -1): void {
    this.total += sign * block.size;
    this.assigned += sign * countBits(block.assigned);
    this.cooling += sign * countBits(block.cooling);
    if (block.assigned === 0) this.unassigned += sign;
    if ((block.assigned | block.cooling) === 0) this.idle += sign;
  }

  #mark(block: Block): void {
    const word = block.index >>> 5;
    const bit = 1 << (block.index & (WORD_BITS - 1));
    const before = this.#open[word] ?? 0;
    this.#open[word] = block.open ? before | bit : before & ~bit;
  }
}
