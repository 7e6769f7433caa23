import type { EniId, SubnetId } from "../facts/index.ts";
import type { Ipv4 } from "../net/index.ts";
import type { AttachedEni, EniRole } from "./attached-eni.ts";
import type { Block } from "./block.ts";
import { BlockList } from "./block-list.ts";
import type { BlockUnit } from "./settings.ts";

/** An ENI in the pool. */
export class Eni {
  readonly id: EniId;
  readonly deviceIndex: number;
  readonly role: EniRole;
  service: "pods" | "excluded";
  readonly subnetId: SubnetId;
  readonly primaryAddress: Ipv4;
  /** Since when the pool knows it. */
  sinceMs: number;
  phase: "serving" | "leaving" = "serving";
  readonly lists: Readonly<Record<BlockUnit, BlockList>> = {
    address: new BlockList(),
    prefix: new BlockList(),
  };

  constructor(attached: AttachedEni, sinceMs: number) {
    this.id = attached.id;
    this.deviceIndex = attached.deviceIndex;
    this.role = attached.role;
    this.service = attached.service;
    this.subnetId = attached.subnetId;
    this.primaryAddress = attached.primaryAddress;
    this.sinceMs = sinceMs;
  }

  /** Slots in use: blocks of either size take one each. */
  get blockCount(): number {
    return this.lists.address.blocks.length + this.lists.prefix.blocks.length;
  }

  get assigned(): number {
    return this.lists.address.assigned + this.lists.prefix.assigned;
  }

  get cooling(): number {
    return this.lists.address.cooling + this.lists.prefix.cooling;
  }

  /** Every block, single addresses first, each size in order of arrival. */
  blocks(): Block[] {
    return [...this.lists.address.blocks, ...this.lists.prefix.blocks];
  }

  /** The list that the block is in. */
  listOf(block: Block): BlockList {
    return this.lists[block.unit];
  }
}

/** The other unit: blocks of it serve no new pods. */
export function otherUnit(unit: BlockUnit): BlockUnit {
  return unit === "address" ? "prefix" : "address";
}
