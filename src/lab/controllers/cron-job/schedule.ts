import { Cron } from "croner";

/** When a cron job is due. */
export interface Schedule {
  /** The times after `afterMs`, up to and with `untilMs`. */
  dueBetween(range: { readonly afterMs: number; readonly untilMs: number }): number[];
  /** The first time after `afterMs`; undefined if there is none. */
  nextMs(afterMs: number): number | undefined;
}

// A schedule that was stopped for months at one run a minute; more are not counted.
const RUNS_MAX = 200_000;

/** Reads five fields or a word such as `@hourly`; `timeZone` is a name of the IANA database, UTC by default. */
export function parseSchedule(
  text: string,
  timeZone: string | undefined,
):
  { readonly ok: true; readonly value: Schedule } | { readonly ok: false; readonly error: string } {
  const own = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text);
  const pattern = own?.[2] ?? text;
  const timezone = timeZone ?? own?.[1] ?? "Etc/UTC";
  if (!pattern.startsWith("@") && pattern.trim().split(/\s+/).length !== 5) {
    return { ok: false, error: `expected exactly 5 fields: ${pattern}` };
  }
  try {
    const cron = new Cron(pattern.trim(), { timezone, paused: true });
    // The zone is looked up only when a time is asked for.
    cron.nextRun(new Date(0));
    return { ok: true, value: scheduleOf(cron) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

function scheduleOf(cron: Cron): Schedule {
  const nextMs = (afterMs: number): number | undefined =>
    cron.nextRun(new Date(afterMs))?.getTime();
  return {
    nextMs,
    dueBetween: ({ afterMs, untilMs }) => {
      const times: number[] = [];
      for (let at = nextMs(afterMs); at !== undefined && at <= untilMs; at = nextMs(at)) {
        times.push(at);
        if (times.length >= RUNS_MAX) break;
      }
      return times;
    },
  };
}
