import type { ObjectReference } from "kubernetes-types/core/v1";
import type { Time } from "../time/index.ts";
import type { KubeClient } from "./kube-client.ts";
import type { KubeObject } from "./resource.ts";

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

/** A recorder that counts repeats, combines similar events and limits floods as client-go's does. */
export function openEventRecorder(
  client: KubeClient,
  options: EventRecorderOptions,
): EventRecorder {
  throw new Error(`being written: ${client.namespace} ${options.component}`);
}
