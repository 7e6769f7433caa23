import { timeMs } from "../../../time/index.ts";
import type { KubeObject } from "../kube-object.ts";
import type { Cluster } from "../server/cluster.ts";

const EVENTS = { group: "", plural: "events" } as const;
/** kube-apiserver's `--event-ttl`, from the last write on. */
const LIVES_MS = 3_600_000;
const LOOK_EVERY_MS = 300_000;

/** Removes Events an hour after they were written last, give or take five minutes, until the signal aborts. */
export async function expireEvents(cluster: Cluster, signal: AbortSignal): Promise<void> {
  const ended = (): boolean => signal.aborted;
  while (!ended()) {
    await cluster.time.sleep(LOOK_EVERY_MS, { signal });
    if (!ended()) removeOldEvents(cluster);
  }
}

/** Removes the Events whose hour is over. */
export function removeOldEvents({ store, time }: Pick<Cluster, "store" | "time">): void {
  const table = store.table(EVENTS);
  const beforeMs = time.nowMs() - LIVES_MS;
  for (const event of table.list()) {
    if (writtenMs(event) < beforeMs) store.remove(table, event.metadata);
  }
}

function writtenMs(event: KubeObject): number {
  const { lastTimestamp, series, metadata } = event as KubeObject & {
    readonly lastTimestamp?: string | null;
    readonly series?: { readonly lastObservedTime?: string } | null;
  };
  const times = [lastTimestamp, series?.lastObservedTime, metadata.creationTimestamp];
  return Math.max(0, ...times.map((text) => timeMs(text ?? undefined) ?? 0));
}
