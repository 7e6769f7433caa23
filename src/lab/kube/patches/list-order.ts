/**
 * Puts a merged list in order: the items of `wanted` in that order, and each of the others before the first of them
 * that stood behind it in `live`. Items are compared by their identity, a text.
 */
export function orderItems<T>(
  items: readonly T[],
  order: {
    readonly wanted: readonly string[];
    readonly live: readonly string[];
    readonly identity: (item: T) => string;
  },
): readonly T[] {
  const { identity } = order;
  const wanted = ranks(order.wanted);
  const live = ranks(order.live);
  const rank = (ranksOf: ReadonlyMap<string, number>, item: T): number =>
    ranksOf.get(identity(item)) ?? Number.MAX_SAFE_INTEGER;
  const named = items
    .filter((item) => wanted.has(identity(item)))
    .sort((a, b) => rank(wanted, a) - rank(wanted, b));
  const others = items
    .filter((item) => !wanted.has(identity(item)))
    .sort((a, b) => rank(live, a) - rank(live, b));
  const ordered: T[] = [];
  let next = 0;
  for (const item of named) {
    for (let other = others[next]; other !== undefined; other = others[next]) {
      const isLive = live.has(identity(item)) && live.has(identity(other));
      if (!isLive || rank(live, other) > rank(live, item)) break;
      ordered.push(other);
      next += 1;
    }
    ordered.push(item);
  }
  return [...ordered, ...others.slice(next)];
}

function ranks(identities: readonly string[]): ReadonlyMap<string, number> {
  const ranked = new Map<string, number>();
  identities.forEach((identity, index) => {
    if (!ranked.has(identity)) ranked.set(identity, index);
  });
  return ranked;
}
