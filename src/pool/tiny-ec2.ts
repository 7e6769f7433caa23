import { invariant } from "../base/index.ts";
import { type EniId, parseEniId, type SubnetId } from "../facts/index.ts";
import { type Cidr, cidrOf } from "../net/index.ts";
import type { AttachedEni } from "./attached-eni.ts";
import { blockKey } from "./block.ts";
import type { BlockUnit } from "./settings.ts";
import type { Outcome, WorkStep } from "./step.ts";
import { failure } from "./tiny-failure.ts";
import { newSubnet, take, type TinySubnet } from "./tiny-subnet.ts";

interface TinyEni extends AttachedEni {
  blocks: Cidr[];
  service: AttachedEni["service"];
}

/** What an instance type allows. */
export interface TinyLimits {
  readonly maxEnis: number;
  readonly slotsPerEni: number;
}

/** As many subnets, each of so many bits, as a tiny EC2 has. */
export interface TinySubnets {
  readonly count: number;
  readonly bits: number;
}

/**
 * For the tests of this room: just enough of EC2 for one instance to perform a pool's steps on. It hands out the lowest
 * free addresses, so that an address that was given back is soon used again, and refuses like EC2.
 */
export class TinyEc2 {
  readonly enis: TinyEni[] = [];
  /** Every step that was performed, for counting calls. */
  readonly log: WorkStep[] = [];
  readonly subnets: TinySubnet[];
  readonly #limits: TinyLimits;
  readonly #others = new Map<TinySubnet, Set<number>>();
  #created = 0;

  constructor(limits: TinyLimits, { count, bits }: TinySubnets = { count: 1, bits: 16 }) {
    this.#limits = limits;
    this.subnets = Array.from({ length: count }, (_, index) => newSubnet(index, bits));
    const first = this.#subnet(0);
    const own = take(first, "address", 1);
    invariant(Array.isArray(own), "an empty subnet has room for an ENI");
    this.#attach(first, own, []);
  }

  /** Does what the step asks and says how it went. */
  perform(step: WorkStep): Outcome {
    this.log.push(step);
    switch (step.kind) {
      case "createEni":
        return this.#create(step.unit, step.count, step.avoidSubnets);
      case "assignBlocks":
        return this.#assign(step.eniId, step.unit, step.count);
      case "unassignBlocks":
        return this.unassign(step.eniId, step.blocks);
      case "freeEni":
        return this.detach(step.eniId) ? { kind: "freed" } : failure("eniGone");
      case "reconcile":
        return { kind: "listed", enis: this.attached() };
      case "describeEni": {
        const eni = this.eni(step.eniId);
        return eni === undefined
          ? failure("eniGone")
          : { kind: "described", blocks: [...eni.blocks] };
      }
      case "adoptEni": {
        const eni = this.eni(step.eniId);
        return eni === undefined ? failure("eniGone") : { kind: "adopted", eni: copy(eni) };
      }
    }
  }

  eni(id: EniId): TinyEni | undefined {
    return this.enis.find((eni) => eni.id === id);
  }

  /** The attached ENIs as instance metadata shows them. */
  attached(): AttachedEni[] {
    return this.enis.map(copy);
  }

  /** Takes addresses from an ENI. */
  unassign(id: EniId, blocks: readonly Cidr[]): Outcome {
    const eni = this.eni(id);
    if (eni === undefined) return failure("eniGone");
    const keys = new Set(blocks.map(blockKey));
    const listed = eni.blocks.filter((cidr) => keys.has(blockKey(cidr)));
    if (listed.length !== blocks.length) return failure("other");
    eni.blocks = eni.blocks.filter((cidr) => !keys.has(blockKey(cidr)));
    for (const cidr of listed) this.#release(eni.subnetId, cidr);
    return { kind: "unassigned" };
  }

  /** Detaches and deletes an ENI; false when there is none. */
  detach(id: EniId): boolean {
    const eni = this.eni(id);
    if (eni === undefined) return false;
    for (const cidr of [...eni.blocks, cidrOf(eni.primaryAddress, 32)]) {
      this.#release(eni.subnetId, cidr);
    }
    this.enis.splice(this.enis.indexOf(eni), 1);
    return true;
  }

  /** Other instances take all of a subnet but so many addresses; what they had before is free again. */
  crowd(index: number, left: number): void {
    const subnet = this.#subnet(index);
    const { cidr, taken } = subnet;
    for (const ip of this.#others.get(subnet) ?? []) taken.delete(ip);
    const others = new Set<number>();
    const end = cidr.base + 2 ** (32 - cidr.bits) - left;
    for (let ip: number = cidr.base; ip < end; ip++) if (!taken.has(ip)) others.add(ip);
    for (const ip of others) taken.add(ip);
    this.#others.set(subnet, others);
  }

  /** Others take one address in each /28 of a subnet; what they had before is free again. */
  fragment(index: number): void {
    this.crowd(index, Infinity);
    const subnet = this.#subnet(index);
    const { cidr, taken } = subnet;
    const others = new Set<number>();
    for (let ip = cidr.base + 7; ip < cidr.base + 2 ** (32 - cidr.bits); ip += 16) {
      if (!taken.has(ip)) others.add(ip);
    }
    for (const ip of others) taken.add(ip);
    this.#others.set(subnet, others);
  }

  /** How many addresses of the subnets this node holds, the ENIs' own included. */
  held(): number {
    return this.subnets.reduce((sum, { taken }) => sum + taken.size, 0);
  }

  #create(unit: BlockUnit, count: number, avoid: readonly SubnetId[]): Outcome {
    if (this.enis.length >= this.#limits.maxEnis) return failure("attachmentLimit");
    // As the agent answers: a subnet that is avoided has given this answer itself, a moment ago.
    let refused = failure("subnetFull", avoid[0]);
    for (const subnet of this.subnets) {
      if (avoid.includes(subnet.id)) continue;
      const own = take(subnet, "address", 1);
      if (!Array.isArray(own)) {
        refused = own;
        continue;
      }
      const blocks = take(subnet, unit, count);
      if (Array.isArray(blocks)) {
        return { kind: "created", eni: copy(this.#attach(subnet, own, blocks)) };
      }
      for (const cidr of own) this.#release(subnet.id, cidr);
      refused = blocks;
    }
    return refused;
  }

  #assign(id: EniId, unit: BlockUnit, count: number): Outcome {
    const eni = this.eni(id);
    if (eni === undefined) return failure("eniGone");
    if (eni.blocks.length + count > this.#limits.slotsPerEni) return failure("perEniLimit");
    const blocks = take(this.#subnetOf(eni.subnetId), unit, count);
    if (!Array.isArray(blocks)) return blocks;
    eni.blocks.push(...blocks);
    return { kind: "assigned", blocks };
  }

  #attach({ id: subnetId }: TinySubnet, own: readonly Cidr[], blocks: Cidr[]): TinyEni {
    const [primary] = own;
    invariant(primary !== undefined, "an ENI has an address of its own");
    const number = (++this.#created).toString(16).padStart(8, "0");
    const id = parseEniId(`eni-${number}`);
    invariant(id !== undefined, "a tiny ENI id is well formed");
    const used = new Set(this.enis.map((eni) => eni.deviceIndex));
    let deviceIndex = 0;
    while (used.has(deviceIndex)) deviceIndex++;
    const eni: TinyEni = {
      id,
      deviceIndex,
      role: this.enis.length === 0 ? "primary" : "secondary",
      service: "pods",
      subnetId,
      primaryAddress: primary.base,
      blocks,
    };
    this.enis.push(eni);
    return eni;
  }

  #subnet(index: number): TinySubnet {
    const subnet = this.subnets[index];
    invariant(subnet !== undefined, "a tiny EC2 has at least one subnet");
    return subnet;
  }

  #subnetOf(id: SubnetId): TinySubnet {
    return this.#subnet(this.subnets.findIndex((subnet) => subnet.id === id));
  }

  #release(id: SubnetId, cidr: Cidr): void {
    const { taken } = this.#subnetOf(id);
    for (let n = 0; n < 2 ** (32 - cidr.bits); n++) taken.delete(cidr.base + n);
  }
}

function copy(eni: TinyEni): AttachedEni {
  return { ...eni, blocks: [...eni.blocks] };
}
