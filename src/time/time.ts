/** The clock and the waiting of whoever lives in it: a process, or the nodes of a simulated lab. */
export interface Time {
  /** Milliseconds since 1970; never goes back. */
  nowMs(): number;
  /**
   * Resolves after so many milliseconds of this time, or at once when `signal` aborts. A wait does not keep a process
   * alive unless `holds` says so.
   */
  sleep(ms: number, options?: SleepOptions): Promise<void>;
}

/** How a wait may end early, and whether the process stays for it. */
export interface SleepOptions {
  readonly signal?: AbortSignal | undefined;
  readonly holds?: boolean | undefined;
}
