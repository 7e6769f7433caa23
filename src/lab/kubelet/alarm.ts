import type { Time } from "../../time/index.ts";

/** Calls something once at the earliest of the times it was set to. */
export class Alarm {
  readonly #time: Time;
  readonly #ring: () => void;
  #set: { readonly atMs: number; readonly off: AbortController } | undefined;

  constructor(time: Time, ring: () => void) {
    this.#time = time;
    this.#ring = ring;
  }

  /** Rings after so long at the latest. */
  setAfter(ms: number): void {
    const atMs = this.#time.nowMs() + Math.max(ms, 0);
    if (this.#set !== undefined && this.#set.atMs <= atMs) return;
    this.clear();
    const off = new AbortController();
    this.#set = { atMs, off };
    void this.#time.sleep(ms, { signal: off.signal }).then(() => {
      if (off.signal.aborted) return;
      this.#set = undefined;
      this.#ring();
    });
  }

  /** Does not ring any more until it is set again. */
  clear(): void {
    this.#set?.off.abort();
    this.#set = undefined;
  }
}
