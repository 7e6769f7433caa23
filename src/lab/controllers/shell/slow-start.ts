/** What came of a {@link slowStart}. */
export interface SlowStart {
  readonly succeeded: number;
  /** Not tried, as one before had failed. */
  readonly skipped: number;
  readonly errors: readonly unknown[];
}

/**
 * Does something `count` times, 1, 2, 4, … at once, and stops after the batch in which something failed: a mistake that
 * fails every time is then made a few times instead of thousands.
 */
export async function slowStart(
  count: number,
  act: (index: number) => Promise<void>,
): Promise<SlowStart> {
  let succeeded = 0;
  for (let begun = 0, size = 1; begun < count; size *= 2) {
    const batch = Math.min(size, count - begun);
    const first = begun;
    const outcomes = await Promise.allSettled(
      Array.from({ length: batch }, (_, index) => act(first + index)),
    );
    begun += batch;
    const errors = outcomes
      .filter((outcome) => outcome.status === "rejected")
      .map(({ reason }): unknown => reason);
    succeeded += batch - errors.length;
    if (errors.length > 0) return { succeeded, skipped: count - begun, errors };
  }
  return { succeeded, skipped: 0, errors: [] };
}
