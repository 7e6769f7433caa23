/** Asks again and again until done; an error that shows the last value when the time is over. */
export async function eventually<T>(
  { what, withinMs }: { what: string; withinMs: number },
  look: () => Promise<{ done: boolean; value: T }>,
): Promise<T> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const { done, value } = await look();
    if (done) return value;
    if (performance.now() > endMs) {
      throw new Error(
        `not within ${withinMs / 1000} s: ${what}\n${JSON.stringify(value, null, 1)}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
