import type { Random } from "../../base/index.ts";
import type { Region } from "../../vpc/index.ts";
import { EC2_ACTIONS } from "./all-actions.ts";
import { CallLog } from "./call-log.ts";
import type { Clock } from "./clock.ts";
import { type LatencySettings, NO_LATENCY } from "./latency.ts";
import { createQueryApi, type QueryApi } from "./query-api.ts";
import { type ConsistencySettings, CONSISTENT, shownEnis } from "./shown-enis.ts";
import { PUBLISHED_THROTTLE, type ThrottleSettings } from "./throttle.ts";

/** What the lab's EC2 API is made of. */
export interface Ec2ApiOptions {
  /** The account and region that it serves. Every request first advances it to the time of the clock. */
  readonly region: Region;
  readonly clock: Clock;
  /** Request ids and latencies come from here, not from the region's own generator. */
  readonly random: Random;
  /** Default: none. */
  readonly latency?: LatencySettings;
  /** Default: EC2's published limits. */
  readonly throttle?: ThrottleSettings | "off";
  /** Default: what was done is shown at once. */
  readonly consistency?: ConsistencySettings;
  /** Default: a log of its own, returned as `calls`. */
  readonly log?: CallLog;
  /** Called with failures that are ours, not the caller's. Default: nothing. */
  readonly onBug?: (error: unknown) => void;
}

/** The lab's EC2 API. It listens where its `requestListener` is given a socket; `app.ready()` must have resolved. */
export interface Ec2Api extends QueryApi {
  readonly calls: CallLog;
}

/** The EC2 Query API, version 2016-11-15, over a region in memory; GetCallerIdentity of STS too. */
export function createEc2Api(options: Ec2ApiOptions): Ec2Api {
  const { region, clock, random, log = new CallLog() } = options;
  const world = { region, shown: shownEnis(region, options.consistency ?? CONSISTENT) };
  const api = createQueryApi({
    actions: EC2_ACTIONS,
    worldAt: (nowMs) => {
      region.advance(nowMs);
      return world;
    },
    clock,
    random,
    latency: options.latency ?? NO_LATENCY,
    throttle: options.throttle ?? PUBLISHED_THROTTLE,
    log,
    onBug: options.onBug ?? (() => undefined),
  });
  return { ...api, calls: log };
}
