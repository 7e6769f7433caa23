/**
 * Milliseconds since 1970 that never go back: the wall clock at the start of the process plus the time since.
 * The pool needs a clock that does not jump; the checkpoint wants times that mean something to the next process.
 */
export type Clock = () => number;

/** The clock of this process. */
export const processClock: Clock = () => performance.timeOrigin + performance.now();
