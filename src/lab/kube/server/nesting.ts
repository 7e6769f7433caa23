/**
 * How deep lists and objects of a body may be nested. The real server's parsers give up at 10,000; everything here that
 * walks through an object needs a fraction of that to be sure of its stack.
 */
const DEPTH_MAX = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether a JSON text nests deeper than is allowed. Of other texts it may say so wrongly only if they do, in brackets. */
export function nestsTooDeep(text: Uint8Array): boolean {
  if (text.length <= DEPTH_MAX) return false;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) {
      if (byte === BACKSLASH) at += 1;
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}
