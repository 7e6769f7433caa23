import type { EniId, InstanceId } from "../../facts/index.ts";
import type { Change, Eni, Follower, Region } from "../../vpc/index.ts";

interface Entry {
  readonly atMs: number;
  /** Undefined: the ENI was deleted. */
  readonly eni: Eni | undefined;
}

/**
 * What each ENI of a region was like at any moment of the last minutes. Those who show the region with
 * a delay (EC2's own replicas, instance metadata) read from it.
 */
export class EniHistory {
  readonly #region: Region;
  readonly #keepMs: number;
  readonly #follower: Follower;
  readonly #entries = new Map<EniId, Entry[]>();
  readonly #ofInstances = new Map<InstanceId, Set<EniId>>();
  #forgottenAtMs = -Infinity;

  /** `keepMs`: how far back {@link at} can look. What exists already counts as having existed for ever. */
  constructor(region: Region, { keepMs }: { readonly keepMs: number }) {
    this.#region = region;
    this.#keepMs = keepMs;
    for (const eni of region.records.enis.list()) {
      this.#add(eni.id, { atMs: -Infinity, eni });
    }
    this.#follower = region.follow(() => {
      queueMicrotask(() => {
        this.#catchUp();
      });
    });
  }

  /** The ENI as it was then; undefined when it didn't exist, or is forgotten. */
  at(id: EniId, atMs: number): Eni | undefined {
    this.#catchUp();
    return this.#entries.get(id)?.findLast((entry) => entry.atMs <= atMs)?.eni;
  }

  /** Every ENI that exists, or did within the time kept, oldest first. */
  ids(): readonly EniId[] {
    this.#catchUp();
    return [...this.#entries.keys()];
  }

  /** Those of {@link ids} that are attached to an instance, or ever were, the first attached first. */
  idsOf(instance: InstanceId): readonly EniId[] {
    this.#catchUp();
    const known = this.#ofInstances.get(instance) ?? new Set<EniId>();
    for (const id of known) {
      if (!this.#entries.has(id)) known.delete(id);
    }
    return [...known];
  }

  /** Stops following the region. */
  close(): void {
    this.#follower.close();
  }

  #catchUp(): void {
    const changes = this.#follower.drain();
    if (changes.length === 0) return;
    for (const change of changes) {
      const id = eniOf(change);
      if (id !== undefined)
        this.#add(id, { atMs: change.atMs, eni: this.#region.records.enis.get(id) });
    }
    const { nowMs } = this.#region;
    // Looking through all of them at every change would take longer as there are more of both.
    if (nowMs - this.#forgottenAtMs < this.#keepMs) return;
    this.#forgottenAtMs = nowMs;
    this.#forget(nowMs - this.#keepMs);
  }

  #add(id: EniId, entry: Entry): void {
    const entries = this.#entries.get(id);
    if (entries === undefined) this.#entries.set(id, [entry]);
    else entries.push(entry);
    const instance = entry.eni?.attachment?.instanceId;
    if (instance === undefined) return;
    const enis = this.#ofInstances.get(instance) ?? new Set<EniId>();
    this.#ofInstances.set(instance, enis.add(id));
  }

  #forget(beforeMs: number): void {
    for (const [id, entries] of this.#entries) {
      const last = entries.at(-1);
      if (last?.eni === undefined && last !== undefined && last.atMs < beforeMs) {
        this.#entries.delete(id);
        continue;
      }
      // The entry that holds at `beforeMs` is still needed.
      const first = entries.findLastIndex(({ atMs }) => atMs <= beforeMs);
      if (first > 0) entries.splice(0, first);
    }
  }
}

function eniOf(change: Change): EniId | undefined {
  return "eniId" in change ? change.eniId : undefined;
}
