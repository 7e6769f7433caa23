import type { SubnetId } from "../../facts/index.ts";
import type { Family } from "./exposition.ts";
import { GrowthRate } from "./growth-rate.ts";
import { gauge } from "./instruments.ts";

/** What is known of the room in one subnet. */
export interface SubnetRoom {
  readonly subnet: SubnetId;
  readonly freeAddresses: number;
}

interface Known extends SubnetRoom {
  readonly use: GrowthRate;
}

/** The room in the subnets that the node takes addresses from, as EC2 last told it. */
export class SubnetRooms {
  readonly #rooms = new Map<SubnetId, Known>();
  readonly #withoutBlocks = new Set<SubnetId>();

  note(room: SubnetRoom, atMs: number): void {
    const use = this.#rooms.get(room.subnet)?.use ?? new GrowthRate();
    use.note(-room.freeAddresses, atMs);
    this.#rooms.set(room.subnet, { ...room, use });
  }

  /** EC2 counts no blocks for anybody; whether there is one is known from what it answers when it is asked for one. */
  noteBlocks(subnet: SubnetId, blocks: "none" | "some"): void {
    if (blocks === "none") this.#withoutBlocks.add(subnet);
    else this.#withoutBlocks.delete(subnet);
  }

  /** Seconds until each subnet is empty at its present rate. */
  exhaustion(atMs: number): { readonly subnet: SubnetId; readonly seconds: number }[] {
    return [...this.#rooms.values()].map(({ subnet, freeAddresses, use }) => ({
      subnet,
      seconds: use.secondsUntil(freeAddresses, atMs),
    }));
  }

  families(): Family[] {
    const rooms = [...this.#rooms.values()];
    return [
      gauge(
        {
          name: "berth_subnet_free_addresses",
          help: "Free addresses of a subnet when EC2 was last asked",
        },
        rooms.map(({ subnet, freeAddresses }) => ({ labels: { subnet }, value: freeAddresses })),
      ),
      gauge(
        {
          name: "berth_subnet_free_blocks",
          help: "0 since EC2 had no free aligned /28 block in a subnet; absent while it is not known to be so",
        },
        [...this.#withoutBlocks].map((subnet) => ({ labels: { subnet }, value: 0 })),
      ),
    ];
  }
}
