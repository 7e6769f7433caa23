import type { Pod } from "kubernetes-types/core/v1";
import {
  type EventRecorder,
  type Informer,
  type KubeClient,
  KubeError,
  type KubeObject,
  openEventRecorder,
  openWorkQueue,
  PODS,
  type WorkQueue,
} from "../../../kube-client/index.ts";
import type { Time } from "../../../time/index.ts";
import { namespaceOf } from "../objects/meta.ts";
import { controllerOf } from "../objects/owner.ts";
import { type Index, indexOf } from "./index-of.ts";
import { type Informers, openInformers } from "./informers.ts";

/** What every controller works with. */
export interface Shell {
  readonly client: KubeClient;
  readonly time: Time;
  readonly informers: Informers;
  /** Pods by the uid of their controller. */
  readonly podsByController: Index<Pod>;
  /** Pods without a controller, by namespace. */
  readonly loosePods: Index<Pod>;
  /** Pods by the node they are bound to. */
  readonly podsByNode: Index<Pod>;
  /** The recorder of one component, for example `replicaset-controller`. */
  recorder(component: string): EventRecorder;
  /** Takes what a controller stumbled over: failures of the API are left alone, the rest are bugs. */
  readonly report: (error: unknown) => void;
  /** Aborts when the controllers close. */
  readonly signal: AbortSignal;
  /** Resolves when `signal` aborts. */
  readonly stopped: Promise<void>;
}

/** A controller at work. */
export interface Controller {
  /** Begins nothing more; resolves when what is under way has ended. */
  close(): Promise<void>;
}

/** The keys a controller works on. */
export interface Loop extends Pick<WorkQueue, "add" | "addAfter"> {
  /** As `add`, but a moment later, so that one piece of work covers the many changes of a moment. */
  addSoon(key: string): void;
  close(): Promise<void>;
}

/** What a {@link Loop} does. */
export interface LoopOptions {
  /** Works on one key; returns after how long to do it again. What it throws makes the queue try again. */
  readonly sync: (key: string) => Promise<number | undefined>;
  /** Nothing is begun before these have seen what there is. */
  readonly needs: readonly Informer<KubeObject>[];
  /** How many keys at once; default 5, as most of kube-controller-manager's. */
  readonly concurrency?: number;
}

const SOON_MS = 100;

/** Opens the parts that controllers share. The caller closes `informers`. */
export function openShell(options: {
  readonly client: KubeClient;
  readonly time: Time;
  readonly onBug: (error: unknown) => void;
  readonly signal: AbortSignal;
}): Shell {
  const { client, time, onBug, signal } = options;
  const informers = openInformers(client);
  const pods = informers.of(PODS);
  const recorders = new Map<string, EventRecorder>();
  signal.addEventListener("abort", () => {
    for (const recorder of recorders.values()) recorder.close();
  });
  return {
    client,
    time,
    informers,
    signal,
    stopped: new Promise((resolve) => {
      signal.addEventListener("abort", () => resolve());
    }),
    podsByController: indexOf(pods, (pod) => controllerOf(pod)?.uid),
    loosePods: indexOf(pods, (pod) =>
      controllerOf(pod) === undefined ? namespaceOf(pod) : undefined,
    ),
    podsByNode: indexOf(pods, (pod) => pod.spec?.nodeName),
    recorder: (component) => {
      const recorder = recorders.get(component) ?? openEventRecorder(client, { component, time });
      recorders.set(component, recorder);
      return recorder;
    },
    report: (error) => {
      if (!(error instanceof KubeError) && !signal.aborted) onBug(error);
    },
  };
}

/** Works on keys as they are added. */
export function openLoop(shell: Shell, { sync, needs, concurrency = 5 }: LoopOptions): Loop {
  const ready = Promise.race([Promise.all(needs.map(({ synced }) => synced)), shell.stopped]);
  const soon = new Set<string>();
  const queue = openWorkQueue({
    time: shell.time,
    concurrency,
    onError: (_key, error) => shell.report(error),
    work: async (key) => {
      await ready;
      soon.delete(key);
      if (shell.signal.aborted) return;
      const againMs = await sync(key);
      if (againMs !== undefined) queue.addAfter(key, againMs);
    },
  });
  return {
    add: (key) => queue.add(key),
    addAfter: (key, delayMs) => queue.addAfter(key, delayMs),
    addSoon: (key) => {
      if (soon.has(key)) return;
      soon.add(key);
      queue.addAfter(key, SOON_MS);
    },
    close: () => queue.close(),
  };
}
