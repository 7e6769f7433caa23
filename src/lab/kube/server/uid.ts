import type { Random } from "../../../base/index.ts";

/** A new random UUID (RFC 9562 version 4). */
export function newUid(random: Random): string {
  const part = (): string => random.uint32().toString(16).padStart(8, "0");
  const hex = part() + part() + part() + part();
  const variant = "89ab"[random.below(4)] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

// The alphabet of Kubernetes' name generator: no vowels, so no words, and nothing that looks like another letter.
const LETTERS = "bcdfghjklmnpqrstvwxz2456789".split("");
const MOST_OF_BASE = 58;

/** A name beginning with `base` (cut to 58 characters) and five random characters. */
export function generateName(base: string, random: Random): string {
  const suffix = Array.from({ length: 5 }, () => random.pick(LETTERS)).join("");
  return `${base.slice(0, MOST_OF_BASE)}${suffix}`;
}
