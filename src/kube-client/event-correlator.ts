import type { Event } from "kubernetes-types/core/v1";
import { newLruMap } from "./lru-map.ts";

/** An Event as the recorder makes it: the first of its kind, as far as it knows. */
export type NewEvent = Event &
  Required<Pick<Event, "count" | "firstTimestamp" | "lastTimestamp" | "message">>;

/** What is to be done about an event. */
export type Correlation =
  /** Its object has had too many. */
  | { readonly kind: "skip" }
  | { readonly kind: "create"; readonly event: NewEvent }
  /** It was seen before: `event` carries the name of the first and the new count. */
  | { readonly kind: "count"; readonly event: NewEvent };

/** Remembers what was recorded, to keep the number of Event objects small. */
export interface EventCorrelator {
  correlate(event: NewEvent, nowMs: number): Correlation;
}

// The limits of client-go's correlator.
const REMEMBERED = 4096;
const SIMILAR_MAX = 10;
const SIMILAR_WINDOW_MS = 600_000;
const BURST = 25;
const REFILL_MS = 300_000;

interface Seen {
  readonly name: string;
  readonly firstTimestamp: string;
  readonly count: number;
}

interface Similar {
  readonly messages: Set<string>;
  lastMs: number;
}

interface Bucket {
  tokens: number;
  filledMs: number;
}

/**
 * As client-go's: the same event again raises the count of the first; from the tenth different message with one reason
 * about one object in ten minutes on they are combined into one; and an object may have 25 events and one more every
 * five minutes from one source.
 */
export function newEventCorrelator(): EventCorrelator {
  const seen = newLruMap<Seen>(REMEMBERED);
  const similar = newLruMap<Similar>(REMEMBERED);
  const buckets = newLruMap<Bucket>(REMEMBERED);

  function combine(event: NewEvent, nowMs: number): { event: NewEvent; key: string } {
    const groupKey = groupOf(event);
    const known = similar.get(groupKey);
    const group =
      known === undefined || nowMs - known.lastMs > SIMILAR_WINDOW_MS
        ? { messages: new Set<string>(), lastMs: nowMs }
        : known;
    group.messages.add(event.message);
    group.lastMs = nowMs;
    similar.set(groupKey, group);
    if (group.messages.size < SIMILAR_MAX)
      return { event, key: [groupKey, event.involvedObject.fieldPath, event.message].join("\n") };
    const [any] = group.messages;
    if (any !== undefined) group.messages.delete(any);
    const message = `(combined from similar events): ${event.message}`;
    return { event: { ...event, message }, key: groupKey };
  }

  function count(event: NewEvent, key: string): NewEvent {
    const before = seen.get(key);
    const counted =
      before === undefined
        ? event
        : {
            ...event,
            metadata: { ...event.metadata, name: before.name },
            firstTimestamp: before.firstTimestamp,
            count: before.count + 1,
          };
    const { firstTimestamp } = counted;
    seen.set(key, { name: counted.metadata.name ?? "", firstTimestamp, count: counted.count });
    return counted;
  }

  function withinLimit(event: NewEvent, nowMs: number): boolean {
    const key = sourceAndObject(event).join("\n");
    const bucket = buckets.get(key) ?? { tokens: BURST, filledMs: nowMs };
    bucket.tokens = Math.min(BURST, bucket.tokens + (nowMs - bucket.filledMs) / REFILL_MS);
    bucket.filledMs = nowMs;
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens--;
    return true;
  }

  return {
    correlate(event, nowMs) {
      const combined = combine(event, nowMs);
      const counted = count(combined.event, combined.key);
      if (!withinLimit(counted, nowMs)) return { kind: "skip" };
      return { kind: counted.count > 1 ? "count" : "create", event: counted };
    },
  };
}

function groupOf(event: NewEvent): string {
  return [...sourceAndObject(event), event.type, event.reason].join("\n");
}

function sourceAndObject({ source, involvedObject }: NewEvent): (string | undefined)[] {
  const { apiVersion, kind, namespace, name, uid } = involvedObject;
  return [source?.component, source?.host, apiVersion, kind, namespace, name, uid];
}
