import { invariant } from "../base/index.ts";
import type { EniId } from "../facts/index.ts";
import { type Cidr, type Ipv4, toIpv4 } from "../net/index.ts";
import type { AttachedEni } from "./attached-eni.ts";
import { Block, countBits } from "./block.ts";
import { ChangeLog } from "./change.ts";
import { Cooldown } from "./cooldown.ts";
import { Eni } from "./eni.ts";
import type { Lease, OwnerKey, PodName } from "./lease.ts";
import { Quarantine } from "./quarantine.ts";
import type { BlockUnit } from "./settings.ts";

/** A block and where it is. */
interface Place {
  readonly eni: Eni;
  readonly block: Block;
}

interface Held extends Place {
  readonly lease: Lease;
  readonly offset: number;
}

/** Who gets an address, and when. */
export interface Claim {
  readonly key: OwnerKey;
  readonly pod: PodName;
  readonly assignedAtMs: number;
}

/** Which blocks an address may come from. */
export interface Placement {
  /** In this order; what is last serves only when the others have nothing. */
  readonly units: readonly BlockUnit[];
  /** Of prefixes the first with an address to hand out, or the one with the most pods, so that others become empty. */
  readonly order: "first" | "densest";
}

const PREFIX_HOST_BITS = 15;

/** The ENIs, blocks and leases themselves. It knows what is possible, not what is wanted. */
export class Store {
  /** In order of arrival; the primary first if the caller lists it first. */
  readonly enis: Eni[] = [];
  readonly quarantine: Quarantine = new Quarantine();
  readonly changes: ChangeLog = new ChangeLog();
  cooldown: Cooldown = new Cooldown();
  readonly #singles = new Map<number, Place>();
  readonly #prefixes = new Map<number, Place>();
  readonly #held = new Map<OwnerKey, Held>();

  eni(id: EniId): Eni | undefined {
    return this.enis.find((eni) => eni.id === id);
  }

  /** Takes an ENI in, without its blocks. */
  addEni(attached: AttachedEni, nowMs: number): Eni {
    const eni = new Eni(attached, nowMs);
    this.enis.push(eni);
    this.changes.addedEni(eni.id);
    return eni;
  }

  /** Removes an ENI with everything on it; leases that it had are lost. */
  removeEni(eni: Eni): void {
    for (const block of eni.blocks()) this.removeBlock(eni, block);
    this.enis.splice(this.enis.indexOf(eni), 1);
    this.changes.removedEni(eni.id);
  }

  /** Adds a block that is not on the ENI yet. If another ENI had it, EC2 has moved it, and it leaves that one. */
  addBlock(eni: Eni, cidr: Cidr): void {
    invariant(
      cidr.bits === 32 || cidr.bits === 28,
      `a block is a /32 or a /28, not a /${String(cidr.bits)}`,
    );
    const known = this.#byBase(cidr).get(cidr.base);
    if (known?.eni === eni) return;
    if (known !== undefined) this.removeBlock(known.eni, known.block);
    this.#removeOverlaps(cidr);
    this.quarantine.remove(cidr);
    const block = new Block(cidr);
    this.#byBase(cidr).set(cidr.base, { eni, block });
    eni.listOf(block).add(block);
    this.changes.addedBlock(eni.id, cidr);
  }

  /** Removes a block; leases that it had are lost. */
  removeBlock(eni: Eni, block: Block): void {
    if (block.assigned !== 0) this.#loseLeases(block);
    eni.listOf(block).remove(block);
    this.#byBase(block.cidr).delete(block.cidr.base);
    this.changes.removedBlock(eni.id, block.cidr);
  }

  /** Moves every address that has cooled to free. */
  thaw(nowMs: number, cooldownMs: number): void {
    this.cooldown.drain(nowMs, cooldownMs);
  }

  /** Hands out an address; undefined when there is none. */
  assign(claim: Claim, { units, order }: Placement): Lease | undefined {
    for (const unit of units) {
      const place = unit === "prefix" && order === "densest" ? this.#densest() : this.#first(unit);
      if (place !== undefined) return this.#hold(place, place.block.choose(), claim);
    }
    return undefined;
  }

  /** Takes over a lease for a certain address. `taken`: the address or the key is in use. */
  restore(claim: Claim, address: Ipv4): Lease | "unknownAddress" | "taken" {
    const place = this.#placeOf(address);
    if (place === undefined) return "unknownAddress";
    const { block } = place;
    const offset = address - block.cidr.base;
    if (this.#held.has(claim.key) || (block.assigned & (1 << offset)) !== 0) return "taken";
    if ((block.cooling & (1 << offset)) !== 0) this.cooldown.cancel(block, offset);
    return this.#hold(place, offset, claim);
  }

  lease(key: OwnerKey): Lease | undefined {
    return this.#held.get(key)?.lease;
  }

  leases(): Lease[] {
    return Array.from(this.#held.values(), ({ lease }) => lease);
  }

  /** Ends a lease; the address cools from `nowMs` on, or with `undefined` is as if it had never been handed out. */
  release(key: OwnerKey, coolFromMs: number | undefined): Lease | undefined {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    const { lease, eni, block, offset } = held;
    const list = eni.listOf(block);
    this.#held.delete(key);
    if (coolFromMs === undefined) {
      list.forget(block, offset);
    } else {
      list.cool(block, offset);
      this.cooldown.push({ list, block, offset, sinceMs: coolFromMs });
    }
    return lease;
  }

  /** Which kind of block has this address; undefined when none does. */
  unitOf(address: Ipv4): BlockUnit | undefined {
    return this.#placeOf(address)?.block.unit;
  }

  /** Whether the ENI that has this address could take its owner back. */
  isServing(address: Ipv4): boolean {
    return this.#placeOf(address)?.eni.phase === "serving";
  }

  /** Nothing is cooling any more: the process was started anew. */
  forgetCooldown(): void {
    this.thaw(Infinity, 0);
  }

  /** In order of ENIs and blocks. */
  #first(unit: BlockUnit): Place | undefined {
    for (const eni of this.enis) {
      const block = isServing(eni) ? eni.lists[unit].firstOpen() : undefined;
      if (block !== undefined) return { eni, block };
    }
    return undefined;
  }

  #densest(): Place | undefined {
    let best: Place | undefined;
    for (const eni of this.enis.filter(isServing)) {
      for (const block of eni.lists.prefix.blocks) {
        const denser =
          best === undefined || countBits(block.assigned) > countBits(best.block.assigned);
        if (block.open && denser) best = { eni, block };
      }
    }
    return best;
  }

  // EC2 has given those addresses anew: what the pool thinks that it has there is gone.
  #removeOverlaps({ base, bits }: Cidr): void {
    if (bits === 32) {
      this.#removePlace(this.#prefixes.get(blockBase(base)));
      return;
    }
    for (let at: number = base; at <= base + PREFIX_HOST_BITS; at++) {
      this.#removePlace(this.#singles.get(at));
    }
  }

  #removePlace(place: Place | undefined): void {
    if (place !== undefined) this.removeBlock(place.eni, place.block);
  }

  #hold({ eni, block }: Place, offset: number, { key, pod, assignedAtMs }: Claim): Lease {
    eni.listOf(block).assign(block, offset);
    const address = block.address(offset);
    const lease: Lease = {
      key,
      pod,
      address,
      eniId: eni.id,
      deviceIndex: eni.deviceIndex,
      assignedAtMs,
    };
    this.#held.set(key, { lease, eni, block, offset });
    return lease;
  }

  #loseLeases(block: Block): void {
    for (const { lease, block: holder } of this.#held.values()) {
      if (holder !== block) continue;
      this.release(lease.key, undefined);
      this.changes.lost(lease);
    }
  }

  #placeOf(address: Ipv4): Place | undefined {
    return this.#singles.get(address) ?? this.#prefixes.get(blockBase(address));
  }

  #byBase(cidr: Cidr): Map<number, Place> {
    return cidr.bits === 32 ? this.#singles : this.#prefixes;
  }
}

function isServing({ service, phase }: Eni): boolean {
  return service === "pods" && phase === "serving";
}

/** The first address of the /28 around an address. */
function blockBase(address: Ipv4): Ipv4 {
  return toIpv4((address & ~PREFIX_HOST_BITS) >>> 0);
}
