/** Thrown when the program contradicts itself. Never caught to go on: it is a bug in Berth. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/**
 * States what must hold. Throws {@link InvariantError} when it does not.
 * For bugs only; what the world may do is a {@link Result} or a {@link BerthError}.
 */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new InvariantError(message);
}

/** Ends a closed switch: does not compile while a case is missing, and throws if one arrives anyway. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected: ${JSON.stringify({ value })}`);
}
