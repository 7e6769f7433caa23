/** The time, and the passing of time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
  /** Resolves after so many milliseconds of this clock. */
  sleep(ms: number): Promise<void>;
}
