import { Ec2Fault } from "./fault.ts";
import type { Params } from "./params.ts";

/** A token bucket: `capacity` requests at once, then `refillPerSecond` (both 0 or more). */
export interface BucketSize {
  readonly capacity: number;
  readonly refillPerSecond: number;
}

/** How requests are limited. */
export interface ThrottleSettings {
  /** Multiplies every published bucket: 1 is EC2's own, 0.1 is an account with noisy neighbours. */
  readonly scale: number;
  /** Buckets for single actions, unscaled, instead of the published ones. */
  readonly buckets: Readonly<Record<string, BucketSize>>;
}

/** EC2's published limits. */
export const PUBLISHED_THROTTLE: ThrottleSettings = { scale: 1, buckets: {} };

const READ: BucketSize = { capacity: 100, refillPerSecond: 20 };
const UNFILTERED_READ: BucketSize = { capacity: 50, refillPerSecond: 10 };
const CHANGE: BucketSize = { capacity: 50, refillPerSecond: 5 };
const FREQUENT_CHANGE: BucketSize = { capacity: 100, refillPerSecond: 5 };

// Amazon EC2 Developer Guide, "Request throttling for the Amazon EC2 API": the actions with limits of their own.
const PUBLISHED: Readonly<Record<string, BucketSize>> = {
  AssignIpv6Addresses: FREQUENT_CHANGE,
  AssignPrivateIpAddresses: FREQUENT_CHANGE,
  CreateNatGateway: { capacity: 10, refillPerSecond: 1 },
  CreateNetworkInterface: FREQUENT_CHANGE,
  CreateSubnetCidrReservation: { capacity: 5, refillPerSecond: 1 },
  CreateTags: { capacity: 100, refillPerSecond: 10 },
  DeleteNatGateway: { capacity: 10, refillPerSecond: 1 },
  DeleteNetworkInterface: FREQUENT_CHANGE,
  DeleteSubnetCidrReservation: { capacity: 5, refillPerSecond: 1 },
  DeleteTags: { capacity: 100, refillPerSecond: 10 },
  ModifyNetworkInterfaceAttribute: FREQUENT_CHANGE,
  RunInstances: { capacity: 5, refillPerSecond: 2 },
  TerminateInstances: FREQUENT_CHANGE,
  UnassignPrivateIpAddresses: FREQUENT_CHANGE,
};

// Same source: these have a smaller bucket when called with neither a filter nor pagination.
const COSTLY_READS: ReadonlySet<string> = new Set([
  "DescribeInstances",
  "DescribeNetworkInterfaces",
  "DescribeSecurityGroups",
]);

/** The token buckets of one account in one region. */
export class Throttle {
  readonly #settings: ThrottleSettings;
  readonly #levels = new Map<string, { tokens: number; atMs: number }>();

  constructor(settings: ThrottleSettings) {
    this.#settings = settings;
  }

  /** Takes a token for the request, or throws `RequestLimitExceeded`. Refused requests cost nothing. */
  take(
    action: string,
    { params, nowMs }: { readonly params: Params; readonly nowMs: number },
  ): void {
    const bucket = bucketName(action, params);
    const size = this.#sizeOf(action, bucket);
    const level = this.#levels.get(bucket) ?? {
      tokens: size.capacity,
      atMs: nowMs,
    };
    const refilled = ((nowMs - level.atMs) / 1000) * size.refillPerSecond;
    const tokens = Math.min(size.capacity, level.tokens + refilled);
    if (tokens < 1) {
      this.#levels.set(bucket, { tokens, atMs: nowMs });
      throw new Ec2Fault("RequestLimitExceeded", "Request limit exceeded.");
    }
    this.#levels.set(bucket, { tokens: tokens - 1, atMs: nowMs });
  }

  #sizeOf(action: string, bucket: string): BucketSize {
    const own = this.#settings.buckets[action];
    if (own !== undefined) return own;
    const { capacity, refillPerSecond } = publishedSize(bucket);
    const { scale } = this.#settings;
    return {
      capacity: capacity * scale,
      refillPerSecond: refillPerSecond * scale,
    };
  }
}

function bucketName(action: string, params: Params): string {
  if (!COSTLY_READS.has(action)) return action;
  return params.has("Filter") || params.has("MaxResults") ? action : `${action} unfiltered`;
}

function publishedSize(bucket: string): BucketSize {
  if (bucket.endsWith(" unfiltered")) return UNFILTERED_READ;
  return PUBLISHED[bucket] ?? (/^(Describe|Get|List|Search)/.test(bucket) ? READ : CHANGE);
}
