import type { ObjectReference } from "kubernetes-types/core/v1";
import { type Time, timeText } from "../time/index.ts";
import { newEventCorrelator } from "./event-correlator.ts";
import type { Correlation, NewEvent } from "./event-correlator.ts";
import type { KubeClient } from "./kube-client.ts";
import { isNotFound, KubeError } from "./kube-error.ts";
import type { KubeObject } from "./resource.ts";
import { EVENTS } from "./resources.ts";

/** What is said about an object. */
export interface Occurrence {
  readonly type: "Normal" | "Warning";
  /** A word in CamelCase: `FailedScheduling`. */
  readonly reason: string;
  readonly message: string;
}

/** Writes Events. */
export interface EventRecorder {
  /** Returns at once and never throws; an event that cannot be written is dropped, as client-go drops it. */
  event(object: KubeObject | ObjectReference, occurrence: Occurrence): void;
  /** Resolves when everything recorded so far is written or dropped. */
  flushed(): Promise<void>;
  /** What is not written yet is dropped. */
  close(): void;
}

/** Who records. */
export interface EventRecorderOptions {
  /** Shown as the event's source: `kubelet`. */
  readonly component: string;
  /** The node it speaks of. */
  readonly host?: string | undefined;
  readonly time: Time;
}

// client-go tries an event that gets no answer 12 times, 10 s apart.
const ATTEMPTS = 12;
const DELAY_MS = 10_000;
// Events of one object are written one after the other; those of different objects need not wait for each other.
const LANES = 4;
const QUEUED_MAX = 10_000;

/** A recorder that counts repeats, combines similar events and limits floods as client-go's does. */
export function openEventRecorder(
  client: KubeClient,
  options: EventRecorderOptions,
): EventRecorder {
  const correlator = newEventCorrelator();
  const lanes: Promise<void>[] = Array.from({ length: LANES }, () => Promise.resolve());
  const closing = new AbortController();
  let queued = 0;

  async function write(event: NewEvent): Promise<void> {
    const correlation = correlator.correlate(event, options.time.nowMs());
    for (let count = 1; count <= ATTEMPTS && !closing.signal.aborted; count++) {
      try {
        await send(client, correlation);
        return;
      } catch (error) {
        if (!(error instanceof KubeError) || error.status !== 0) return;
      }
      // At random at first, so that not all recorders come back together.
      const delayMs = count === 1 ? DELAY_MS * Math.random() : DELAY_MS;
      await options.time.sleep(delayMs, { signal: closing.signal });
    }
  }

  return {
    event(object, occurrence) {
      if (queued >= QUEUED_MAX || closing.signal.aborted) return;
      const event = newEvent(referenceTo(object), occurrence, options);
      const lane = laneOf(event);
      queued++;
      lanes[lane] = (lanes[lane] ?? Promise.resolve()).then(() =>
        write(event).finally(() => {
          queued--;
        }),
      );
    },
    flushed: async () => {
      await Promise.all(lanes);
    },
    close: () => closing.abort(),
  };
}

async function send(client: KubeClient, correlation: Correlation): Promise<void> {
  if (correlation.kind === "skip") return;
  const { event } = correlation;
  if (correlation.kind === "count") {
    const { count, lastTimestamp, message } = event;
    const ref = { name: event.metadata.name ?? "", namespace: event.metadata.namespace };
    try {
      await client.patch(EVENTS, ref, {
        type: "strategic",
        body: { count, lastTimestamp, message },
      });
      return;
    } catch (error) {
      // Events live for an hour only.
      if (!isNotFound(error)) throw error;
    }
  }
  await client.create(EVENTS, event);
}

function referenceTo(object: KubeObject | ObjectReference): ObjectReference {
  if (!("metadata" in object)) return object;
  const { apiVersion, kind, metadata = {} } = object;
  const reference = { apiVersion, kind, ...pickIdentity(metadata) };
  return Object.fromEntries(Object.entries(reference).filter(([, value]) => value !== undefined));
}

function pickIdentity(
  metadata: NonNullable<KubeObject["metadata"]>,
): Record<string, string | undefined> {
  const { name, namespace, uid, resourceVersion } = metadata;
  return { name, namespace, uid, resourceVersion };
}

function newEvent(
  involvedObject: ObjectReference,
  { type, reason, message }: Occurrence,
  { component, host, time }: EventRecorderOptions,
): NewEvent {
  const nowMs = Math.floor(time.nowMs());
  const now = timeText(nowMs);
  const nanoseconds = BigInt(nowMs) * 1_000_000n + BigInt(Math.floor(Math.random() * 1_000_000));
  return {
    metadata: {
      name: `${involvedObject.name ?? ""}.${nanoseconds.toString(16)}`,
      namespace: involvedObject.namespace ?? "default",
    },
    involvedObject,
    type,
    reason,
    message,
    source: { component, ...(host === undefined ? {} : { host }) },
    reportingComponent: component,
    reportingInstance: host ?? "",
    firstTimestamp: now,
    lastTimestamp: now,
    count: 1,
  };
}

function laneOf({ involvedObject }: NewEvent): number {
  let hash = 0;
  const key = `${involvedObject.namespace ?? ""}/${involvedObject.name ?? ""}`;
  for (let at = 0; at < key.length; at++) hash = (hash * 31 + key.charCodeAt(at)) >>> 0;
  return hash % LANES;
}
