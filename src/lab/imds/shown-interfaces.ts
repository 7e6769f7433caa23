import type { EniId, InstanceId } from "../../facts/index.ts";
import { type Cidr, cidrsEqual } from "../../net/index.ts";
import type { Attachment, Eni, Region } from "../../vpc/index.ts";
import { EniHistory } from "../ec2/index.ts";

/** How far instance metadata is behind EC2. All in milliseconds. */
export interface MetadataLag {
  /** From `attached` in EC2 until the interface has a directory. */
  readonly attachMs: number;
  /** From the end of a detachment until the directory is gone. */
  readonly detachMs: number;
  /** From an assignment until the addresses or prefixes are listed. */
  readonly assignMs: number;
  /** From an unassignment until they are no longer listed. */
  readonly unassignMs: number;
  /** From a change of security groups until it shows. */
  readonly groupsMs: number;
}

/** About what a node sees when nothing is wrong. */
export const TYPICAL_LAG: MetadataLag = {
  attachMs: 500,
  detachMs: 1000,
  assignMs: 0,
  unassignMs: 0,
  groupsMs: 0,
};

/** An ENI in its place on an instance. */
export type PlacedEni = Eni & { readonly attachment: Attachment };

/** The ENIs of instances as instance metadata shows them. */
export class ShownInterfaces {
  readonly #region: Region;
  readonly #lag: MetadataLag;
  readonly #history: EniHistory;

  constructor(region: Region, lag: MetadataLag) {
    this.#region = region;
    this.#lag = lag;
    const { attachMs, detachMs, assignMs, unassignMs, groupsMs } = lag;
    const keepMs = Math.max(attachMs, detachMs, assignMs, unassignMs, groupsMs);
    this.#history = new EniHistory(region, { keepMs });
  }

  /** By card and device index, the primary first. */
  of(instance: InstanceId): readonly PlacedEni[] {
    return this.#history
      .idsOf(instance)
      .flatMap((id) => this.#shown(id, instance) ?? [])
      .toSorted(byPlace);
  }

  /** Stops following the region. */
  close(): void {
    this.#history.close();
  }

  #shown(id: EniId, instance: InstanceId): PlacedEni | undefined {
    const { attachMs, detachMs } = this.#lag;
    const now = placed(this.#ago(id, 0), instance);
    if (now === undefined) return placed(this.#ago(id, detachMs), instance);
    const settled = isPrimary(now) || placed(this.#ago(id, attachMs), instance) !== undefined;
    return settled ? this.#delayed(now) : undefined;
  }

  #delayed(now: PlacedEni): PlacedEni {
    const { assignMs, unassignMs, groupsMs } = this.#lag;
    // An ENI younger than the lag shows what it was made with.
    const old = this.#ago(now.id, assignMs) ?? now;
    const gone = this.#ago(now.id, unassignMs) ?? now;
    return {
      ...now,
      addresses: merge({ now: now.addresses, old: old.addresses, gone: gone.addresses }, same),
      prefixes: merge<Cidr>(
        { now: now.prefixes, old: old.prefixes, gone: gone.prefixes },
        cidrsEqual,
      ),
      groupIds: (this.#ago(now.id, groupsMs) ?? now).groupIds,
    };
  }

  #ago(id: EniId, ms: number): Eni | undefined {
    return this.#history.at(id, this.#region.nowMs - ms);
  }
}

function placed(eni: Eni | undefined, instance: InstanceId): PlacedEni | undefined {
  const attachment = eni?.attachment;
  if (eni === undefined || attachment?.instanceId !== instance) return undefined;
  return attachment.status === "attaching" ? undefined : { ...eni, attachment };
}

function isPrimary({ attachment }: PlacedEni): boolean {
  return attachment.deviceIndex === 0 && attachment.networkCardIndex === 0;
}

function byPlace({ attachment: a }: PlacedEni, { attachment: b }: PlacedEni): number {
  return a.networkCardIndex - b.networkCardIndex || a.deviceIndex - b.deviceIndex;
}

interface Versions<T> {
  readonly now: readonly T[];
  /** What has been there long enough to show. */
  readonly old: readonly T[];
  /** What was there so lately that it still shows. */
  readonly gone: readonly T[];
}

function merge<T>({ now, old, gone }: Versions<T>, equal: (a: T, b: T) => boolean): readonly T[] {
  const isIn = (list: readonly T[], item: T): boolean => list.some((other) => equal(other, item));
  return [...now.filter((item) => isIn(old, item)), ...gone.filter((item) => !isIn(now, item))];
}

function same<T>(a: T, b: T): boolean {
  return a === b;
}
