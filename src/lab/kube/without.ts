/** A copy of an object that lacks some fields. */
export function without<T extends object, K extends keyof T>(
  object: T,
  ...fields: readonly K[]
): Omit<T, K> {
  const dropped: readonly PropertyKey[] = fields;
  return Object.fromEntries(
    Object.entries(object).filter(([field]) => !dropped.includes(field)),
  ) as Omit<T, K>;
}
