import { randomBytes } from "node:crypto";
import { type Mac, macFromBytes } from "../net/index.ts";

/** Bits of the first byte: locally administered, and group (IEEE 802, "U/L" and "I/G"). */
const LOCAL = 0b10;
const GROUP = 0b01;

/**
 * A random unicast, locally administered address. 46 random bits make a clash among the few hundred links of a node less
 * likely than one in 10¹¹, so the node's links are not listed to rule it out.
 */
export function randomMac(): Mac {
  const bytes = randomBytes(6);
  bytes[0] = ((bytes[0] ?? 0) | LOCAL) & ~GROUP;
  return macFromBytes(bytes);
}
