import type { Time } from "../../time/index.ts";
import type { CallLedger } from "./call-ledger.ts";

/** What a report of the ledger needs. */
export interface CallReportParts {
  readonly telemetry: {
    readonly ledger: CallLedger;
    readonly podStarts: number;
    readonly startedMs: number;
  };
  readonly time: Time;
}

/** The EC2 calls of this agent since its start: `GET /v1/ec2-calls`. Times in ms since 1970, durations in ms. */
export function callReport({ telemetry, time }: CallReportParts): object {
  const { ledger, podStarts, startedMs } = telemetry;
  return {
    sinceMs: Math.round(startedMs),
    forMs: Math.round(time.nowMs() - startedMs),
    podStarts,
    total: ledger.total,
    perThousandPodStarts: podStarts === 0 ? null : round((1000 * ledger.total) / podStarts),
    calls: ledger.counts().map((count) => ({ ...count, tookMs: round(count.tookMs) })),
    recent: ledger.recent().map((call) => ({
      ...call,
      atMs: Math.round(call.atMs),
      tookMs: round(call.tookMs),
    })),
  };
}

function round(amount: number): number {
  return Math.round(amount * 10) / 10;
}
