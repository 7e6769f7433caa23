/**
 * Files longer than 250 lines and how long each may be. The numbers only go down: a file that shrinks gets the new number,
 * and a new file is split instead of being added.
 */
export const LONG_FILES: Readonly<Record<string, number>> = {};
