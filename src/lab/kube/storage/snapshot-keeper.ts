import { setTimeout as delay } from "node:timers/promises";
import type { ObjectStore } from "./object-store.ts";
import { type Keepsakes, writeSnapshot } from "./snapshot.ts";

const QUIET_MS = 2_000;
// Writing takes time from everybody; it may take a twentieth of it.
const REST_FACTOR = 20;

/** Keeps a snapshot file up to date: written soon after changes, and when told. */
export class SnapshotKeeper {
  readonly #file: string;
  readonly #store: ObjectStore;
  readonly #keepsakes: Keepsakes;
  readonly #stop = new AbortController();
  readonly #unsubscribe: () => void;
  #savedVersion = -1;
  #saving: Promise<void> = Promise.resolve();
  #restMs = QUIET_MS;
  #planned = false;

  /** `onFailure` is told when a planned write fails; it is tried again after the next change. */
  constructor(
    file: string,
    contents: { readonly store: ObjectStore; readonly keepsakes: Keepsakes },
    onFailure: (error: unknown) => void,
  ) {
    this.#file = file;
    this.#store = contents.store;
    this.#keepsakes = contents.keepsakes;
    this.#unsubscribe = contents.store.onWrite(() => {
      if (this.#planned || this.#stop.signal.aborted) return;
      this.#planned = true;
      void this.#saveLater().catch(onFailure);
    });
  }

  /** Writes now, unless the file shows the present state. Resolves when it does. */
  save(): Promise<void> {
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#write());
    return this.#saving;
  }

  /** Writes for the last time. */
  async close(): Promise<void> {
    this.#unsubscribe();
    this.#stop.abort();
    await this.save();
  }

  async #saveLater(): Promise<void> {
    const waiting = delay(this.#restMs, undefined, { ref: false, signal: this.#stop.signal });
    await waiting.catch(() => undefined);
    this.#planned = false;
    if (!this.#stop.signal.aborted) await this.save();
  }

  async #write(): Promise<void> {
    const { version } = this.#store;
    if (version === this.#savedVersion) return;
    const begunMs = performance.now();
    await writeSnapshot(this.#file, this.#store, this.#keepsakes);
    this.#savedVersion = version;
    this.#restMs = Math.max(QUIET_MS, REST_FACTOR * (performance.now() - begunMs));
  }
}
