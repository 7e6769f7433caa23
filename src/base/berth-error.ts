/** The parts of a {@link BerthError} beside its code and message. */
export interface BerthErrorDetails {
  /** What the reader should do about it, as a sentence. */
  readonly fix: string;
  /** The objects and numbers concerned, for logs and JSON output. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * A failure that a person has to read. The message says what failed for which object and why;
 * {@link fix} says what to do; {@link code} is stable and comes from the short list of the room that throws it.
 */
export class BerthError extends Error {
  override readonly name = "BerthError";
  readonly code: string;
  readonly fix: string;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, { fix, facts = {}, cause }: BerthErrorDetails) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.fix = fix;
    this.facts = facts;
  }
}
