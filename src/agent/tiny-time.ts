import type { SleepOptions, Time } from "../time/index.ts";

/** For the tests of this room: a time that stands still until it is told to pass. */
export class TinyTime implements Time {
  #nowMs = 0;
  readonly #sleepers = new Map<() => void, number>();

  /** How many wait for it to pass. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  sleep(ms: number, { signal }: SleepOptions = {}): Promise<void> {
    if (signal?.aborted === true || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#sleepers.delete(wake);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      this.#sleepers.set(wake, this.#nowMs + ms);
      signal?.addEventListener("abort", wake);
    });
  }

  /** Lets so much time pass, deadline by deadline, each with what it sets going. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      const due = [...this.#sleepers].toSorted(([, a], [, b]) => a - b)[0];
      if (due === undefined || due[1] > untilMs) break;
      this.#nowMs = Math.max(this.#nowMs, due[1]);
      due[0]();
    }
    this.#nowMs = untilMs;
    await settled();
  }
}

/** Lets everything happen that waits for no time. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
