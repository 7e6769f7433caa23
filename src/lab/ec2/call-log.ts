/** One request as the API saw it. */
export interface ApiCall {
  /** When it arrived, milliseconds since the epoch. */
  readonly atMs: number;
  /** The `Action` as sent; empty when the request had none. */
  readonly action: string;
  /** The access key that signed it, `anonymous` without a signature. Nodes have a key each. */
  readonly caller: string;
  /** First product of the `User-Agent`: which client it was. */
  readonly client: string;
  /** The attempt within one logical call of an SDK, from 1. */
  readonly attempt: number;
  /** From arrival to reply. */
  readonly tookMs: number;
  /** EC2's error code, undefined when the call succeeded. */
  readonly errorCode: string | undefined;
}

/** The latest calls, oldest first, and how many there have been of each action. */
export class CallLog {
  readonly #capacity: number;
  readonly #calls: ApiCall[] = [];
  readonly #counts = new Map<string, { calls: number; errors: number }>();
  readonly #byCaller = new Map<string, Map<string, { calls: number; errors: number }>>();

  /** `capacity`: how many calls are kept; counts go on for ever. */
  constructor({ capacity = 1000 }: { readonly capacity?: number } = {}) {
    this.#capacity = capacity;
  }

  /** Adds a call, dropping the oldest one when full. */
  add(call: ApiCall): void {
    this.#calls.push(call);
    if (this.#calls.length > this.#capacity) this.#calls.shift();
    countIn(this.#counts, call);
    const own =
      this.#byCaller.get(call.caller) ?? new Map<string, { calls: number; errors: number }>();
    this.#byCaller.set(call.caller, own);
    countIn(own, call);
  }

  /** The calls kept, oldest first. */
  calls(): readonly ApiCall[] {
    return [...this.#calls];
  }

  /** Calls and failed calls per action since the start. */
  counts(): ReadonlyMap<string, { readonly calls: number; readonly errors: number }> {
    return new Map(this.#counts);
  }

  /** The same since the start by caller, each in order of the actions. */
  byCaller(): ReadonlyMap<
    string,
    readonly { readonly action: string; readonly calls: number; readonly errors: number }[]
  > {
    return new Map(
      [...this.#byCaller].map(([caller, counts]) => [
        caller,
        [...counts]
          .map(([action, count]) => ({ action, ...count }))
          .toSorted((a, b) => (a.action < b.action ? -1 : 1)),
      ]),
    );
  }
}

function countIn(counts: Map<string, { calls: number; errors: number }>, call: ApiCall): void {
  const count = counts.get(call.action) ?? { calls: 0, errors: 0 };
  const errors = count.errors + (call.errorCode === undefined ? 0 : 1);
  counts.set(call.action, { calls: count.calls + 1, errors });
}
