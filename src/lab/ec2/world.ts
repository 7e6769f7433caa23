import type { EniId } from "../../facts/index.ts";
import type { Eni, Outcome, Region } from "../../vpc/index.ts";

/** What the actions work on: a region, and the ENIs as callers are shown them. */
export interface World {
  readonly region: Region;
  readonly shown: ShownEnis;
}

/** The ENIs that Describe and Attach calls see. They are those of the region, or lag behind them. */
export interface ShownEnis {
  list(): readonly Eni[];
  /** The ENI, or EC2's NotFound failure. */
  find(id: EniId): Outcome<Eni>;
}
