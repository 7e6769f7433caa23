/** How long daemons that end by themselves are left before they are replaced: 1 s, doubling up to 15 min. */
export interface HeldBack {
  /** Milliseconds until a pod of this key may be replaced; 0 if it may be now. */
  leftMs(key: string, nowMs: number): number;
  /** One was replaced. */
  replaced(key: string, nowMs: number): void;
}

const FIRST_MS = 1000;
const MOST_MS = 15 * 60_000;

/** Nothing is held back yet. As client-go's flowcontrol.Backoff, it forgets after twice the longest delay. */
export function newHeldBack(): HeldBack {
  const byKey = new Map<string, { delayMs: number; sinceMs: number }>();
  return {
    leftMs: (key, nowMs) => {
      const entry = byKey.get(key);
      return entry === undefined ? 0 : Math.max(0, entry.sinceMs + entry.delayMs - nowMs);
    },
    replaced: (key, nowMs) => {
      for (const [old, { sinceMs }] of byKey) {
        if (nowMs - sinceMs > 2 * MOST_MS) byKey.delete(old);
      }
      const before = byKey.get(key)?.delayMs;
      const delayMs = before === undefined ? FIRST_MS : Math.min(2 * before, MOST_MS);
      byKey.set(key, { delayMs, sinceMs: nowMs });
    },
  };
}
