import type { CallReason } from "./reason.ts";

/** One call of the EC2 API as the agent made it: with its pages, and with the SDK's own repetitions. */
export interface Ec2Call {
  /** `AssignPrivateIpAddresses`. */
  readonly action: string;
  readonly reason: CallReason;
  /** `ok`, or EC2's error code. */
  readonly result: string;
  /** When it ended, ms since 1970. */
  readonly atMs: number;
  readonly tookMs: number;
}

/** Calls of one action for one reason with one result. */
export interface CallCount extends Pick<Ec2Call, "action" | "reason" | "result"> {
  readonly calls: number;
  /** Of all of them together. */
  readonly tookMs: number;
}

const RECENT = 100;

/** Every EC2 call of one agent since its start, counted by action, reason and result; and the last hundred one by one. */
export class CallLedger {
  readonly #counts = new Map<string, CallCount>();
  #recent: Ec2Call[] = [];

  note(call: Ec2Call): void {
    const { action, reason, result, tookMs } = call;
    const key = `${action} ${reason} ${result}`;
    const known = this.#counts.get(key) ?? { action, reason, result, calls: 0, tookMs: 0 };
    const counted = { calls: known.calls + 1, tookMs: known.tookMs + tookMs };
    this.#counts.set(key, { ...known, ...counted });
    this.#recent.push(call);
    if (this.#recent.length >= 2 * RECENT) this.#recent = this.#recent.slice(-RECENT);
  }

  /** In order of action, reason and result. */
  counts(): readonly CallCount[] {
    return [...this.#counts.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, c]) => c);
  }

  /** The last calls, oldest first. */
  recent(): readonly Ec2Call[] {
    return this.#recent.slice(-RECENT);
  }

  /** All calls so far. */
  get total(): number {
    return [...this.#counts.values()].reduce((sum, { calls }) => sum + calls, 0);
  }
}
