import { isDeepStrictEqual } from "node:util";
import type { Pod, PodCondition, PodIP, PodStatus } from "kubernetes-types/core/v1";
import { isConflict, isNotFound, type KubeClient, PODS } from "../../kube-client/index.ts";
import type { Time } from "../../time/index.ts";
import { podParts } from "./pod-view.ts";

interface Entry {
  readonly pod: Pod;
  /** What is to be written next; undefined when nothing is. */
  wanted: PodStatus | undefined;
  /** What the server has. */
  written: PodStatus | undefined;
  writing: Promise<void> | undefined;
}

/** How long a status that may soon be another is held back: milliseconds of the machine, not of the lab. */
const SETTLE_MS = 30;
const RETRY_MS = 1000;

/**
 * Brings pods' statuses to the API server: only when they have changed, one request at a time for each pod, and of several
 * changes meanwhile only the last.
 */
export class StatusWriter {
  readonly #client: KubeClient;
  readonly #time: Time;
  readonly #onBug: (error: unknown) => void;
  readonly #entries = new Map<string, Entry>();
  #closed = false;

  constructor({
    client,
    time,
    onBug,
  }: {
    client: KubeClient;
    time: Time;
    onBug: (error: unknown) => void;
  }) {
    this.#client = client;
    this.#time = time;
    this.#onBug = onBug;
  }

  /** Writes a status soon. `settling` says that the next one is under way, so that this one can be left out. */
  set(pod: Pod, status: PodStatus, settling: "settling" | "settled"): void {
    if (this.#closed) return;
    const { uid } = podParts(pod);
    const entry = this.#entries.get(uid) ?? {
      pod,
      wanted: undefined,
      written: pod.status,
      writing: undefined,
    };
    this.#entries.set(uid, entry);
    entry.wanted = status;
    entry.writing ??= this.#write(uid, entry, settling === "settling");
  }

  /** Resolves when everything set for a pod is written, or can't be. */
  async flushed(uid: string): Promise<void> {
    const entry = this.#entries.get(uid);
    while (entry?.writing !== undefined) await entry.writing;
  }

  /** Forgets a pod that is no more. */
  forget(uid: string): void {
    this.#entries.delete(uid);
  }

  /** Writes nothing any more. */
  close(): void {
    this.#closed = true;
    this.#entries.clear();
  }

  async #write(uid: string, entry: Entry, settling: boolean): Promise<void> {
    // At least one turn, so that `writing` is set before it is cleared.
    await (settling
      ? new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref())
      : Promise.resolve());
    try {
      for (let status = entry.wanted; status !== undefined; status = entry.wanted) {
        entry.wanted = undefined;
        if (!isChanged(entry.written, status)) continue;
        const done = await this.#patch(entry, status);
        if (this.#closed || this.#entries.get(uid) !== entry) return;
        if (done) entry.written = status;
        else {
          entry.wanted ??= status;
          await this.#time.sleep(RETRY_MS);
        }
      }
    } catch (error) {
      this.#onBug(error);
    } finally {
      entry.writing = undefined;
    }
  }

  /** False when it has to be tried again. A pod that is gone, or another of the same name, needs no status. */
  async #patch({ pod, written }: Entry, status: PodStatus): Promise<boolean> {
    const { name, namespace, uid } = podParts(pod);
    const podIPs = replacing(written?.podIPs, status.podIPs);
    const body = { metadata: { uid }, status: { ...status, ...(podIPs && { podIPs }) } };
    try {
      const patch = { type: "strategic", body, subresource: "status" } as const;
      await this.#client.patch(PODS, { name, namespace }, patch);
      return true;
    } catch (error) {
      return isNotFound(error) || isConflict(error);
    }
  }
}

/** Addresses merge by their text, so old ones would stay beside new ones. */
function replacing(
  before: readonly PodIP[] | undefined,
  now: readonly PodIP[] | undefined,
): readonly unknown[] | undefined {
  if (before === undefined || now === undefined || isDeepStrictEqual(before, now)) return undefined;
  return [{ $patch: "replace" }, ...now];
}

/** Whether a status says something that the server does not know yet. */
function isChanged(before: PodStatus | undefined, now: PodStatus): boolean {
  const known: Readonly<Record<string, unknown>> = { ...before };
  return Object.entries(now).some(([key, value]) => {
    if (key !== "conditions") return !isDeepStrictEqual(known[key], value);
    const old = (before?.conditions ?? []).map(essence);
    const fresh = (now.conditions ?? []).map(essence);
    return !fresh.every((one) => old.some((other) => isDeepStrictEqual(one, other)));
  });
}

function essence({ type, status, reason, message }: PodCondition): Partial<PodCondition> {
  return { type, status, reason: reason ?? "", message: message ?? "" };
}
