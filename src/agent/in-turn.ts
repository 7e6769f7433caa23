/** Runs work of one key in the order of the calls, one at a time; work of different keys runs side by side. */
export type InTurn = <T>(key: string, work: () => Promise<T>) => Promise<T>;

/** A fresh set of queues; a key without work takes no memory. */
export function newInTurn(): InTurn {
  const tails = new Map<string, Promise<unknown>>();
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const before = tails.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    tails.set(key, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(key) === mine) tails.delete(key);
    }
  };
}
