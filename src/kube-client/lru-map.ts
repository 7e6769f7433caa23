/** A map that forgets what was used longest ago when it holds more than `capacity` entries. */
export interface LruMap<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
}

/** An empty {@link LruMap}. */
export function newLruMap<V>(capacity: number): LruMap<V> {
  const entries = new Map<string, V>();
  const set = (key: string, value: V): void => {
    entries.delete(key);
    entries.set(key, value);
    const [oldest] = entries.keys();
    if (entries.size > capacity && oldest !== undefined) entries.delete(oldest);
  };
  return {
    get(key) {
      const value = entries.get(key);
      if (value !== undefined) set(key, value);
      return value;
    },
    set,
  };
}
