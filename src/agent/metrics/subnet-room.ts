import type { SubnetId } from "../../facts/index.ts";
import type { Family } from "./exposition.ts";
import { GrowthRate } from "./growth-rate.ts";
import { gauge } from "./instruments.ts";

/** What is known of the room in one subnet. */
export interface SubnetRoom {
  readonly subnet: SubnetId;
  readonly freeAddresses: number;
  /** Whole aligned /28 blocks; undefined when it is not known: EC2 does not say. */
  readonly freeBlocks?: number | undefined;
}

interface Known extends SubnetRoom {
  readonly use: GrowthRate;
}

/** The room in the subnets that the node takes addresses from, as EC2 last told it. */
export class SubnetRooms {
  readonly #rooms = new Map<SubnetId, Known>();

  note(room: SubnetRoom, atMs: number): void {
    const use = this.#rooms.get(room.subnet)?.use ?? new GrowthRate();
    use.note(-room.freeAddresses, atMs);
    this.#rooms.set(room.subnet, { ...room, use });
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
    const blocks = rooms.flatMap(({ subnet, freeBlocks }) =>
      freeBlocks === undefined ? [] : [{ labels: { subnet }, value: freeBlocks }],
    );
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
          help: "Free aligned /28 blocks of a subnet, where known",
        },
        blocks,
      ),
    ];
  }
}
