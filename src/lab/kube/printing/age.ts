const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/**
 * A length of time in two or three significant digits, as kubectl prints ages: `90s`, `3m20s`, `12m`,
 * `5h3m`, `36h`, `3d4h`, `400d`, `3y50d`. Up to two seconds before now count as `0s`; longer before
 * is `<invalid>`.
 */
export function humanDuration(durationMs: number): string {
  const seconds = Math.trunc(durationMs / SECOND);
  if (seconds < -1) return "<invalid>";
  if (seconds < 0) return "0s";
  const ms = seconds * SECOND;
  if (ms < 2 * MINUTE) return `${seconds}s`;
  if (ms < 10 * MINUTE) return pair(ms, MINUTE, "m", { part: SECOND, letter: "s" });
  if (ms < 3 * HOUR) return `${Math.floor(ms / MINUTE)}m`;
  if (ms < 8 * HOUR) return pair(ms, HOUR, "h", { part: MINUTE, letter: "m" });
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)}h`;
  if (ms < 8 * DAY) return pair(ms, DAY, "d", { part: HOUR, letter: "h" });
  if (ms < 2 * YEAR) return `${Math.floor(ms / DAY)}d`;
  if (ms < 8 * YEAR) return pair(ms, YEAR, "y", { part: DAY, letter: "d" });
  return `${Math.floor(ms / YEAR)}y`;
}

/** How long ago a timestamp (RFC 3339) was; `<unknown>` where there is none. */
export function age(timestamp: string | null | undefined, nowMs: number): string {
  const at = timestamp === undefined || timestamp === null ? NaN : Date.parse(timestamp);
  return Number.isNaN(at) ? "<unknown>" : humanDuration(nowMs - at);
}

function pair(
  ms: number,
  unit: number,
  letter: string,
  rest: { part: number; letter: string },
): string {
  const left = Math.floor((ms % unit) / rest.part);
  return `${Math.floor(ms / unit)}${letter}${left === 0 ? "" : `${left}${rest.letter}`}`;
}
