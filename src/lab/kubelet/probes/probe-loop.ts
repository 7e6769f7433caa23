import type { Probe } from "kubernetes-types/core/v1";
import type { Time } from "../../../time/index.ts";
import type { ProbeOutcome } from "./probe.ts";

/** What repeating a probe needs. */
export interface ProbeLoopParts {
  readonly probe: Probe;
  /** Whether the container counts as healthy before the first result. */
  readonly initial: boolean;
  readonly startedMs: number;
  readonly time: Time;
  readonly attempt: () => Promise<ProbeOutcome>;
  /** Whether to probe at all at the moment. */
  readonly active: () => boolean;
  /** Told of every outcome but success, and of every change of {@link ProbeLoop.healthy}. */
  readonly onBad: (outcome: ProbeOutcome) => void;
  readonly onChange: () => void;
}

const DEFAULT_PERIOD_SECONDS = 10;

/** Repeats one probe of one container, and counts until a threshold is reached. */
export class ProbeLoop {
  readonly #parts: ProbeLoopParts;
  readonly #stop = new AbortController();
  #healthy: boolean;
  #run = 0;
  #last: boolean | undefined;

  constructor(parts: ProbeLoopParts) {
    this.#parts = parts;
    this.#healthy = parts.initial;
    void this.#loop();
  }

  /** What the thresholds say. */
  get healthy(): boolean {
    return this.#healthy;
  }

  /** Whether a failure threshold has been reached. */
  get failed(): boolean {
    const { failureThreshold = 3 } = this.#parts.probe;
    return this.#last === false && this.#run >= failureThreshold;
  }

  close(): void {
    this.#stop.abort();
  }

  async #loop(): Promise<void> {
    const { probe, time, startedMs, active, attempt } = this.#parts;
    const { signal } = this.#stop;
    const periodMs = (probe.periodSeconds ?? DEFAULT_PERIOD_SECONDS) * 1000;
    const firstMs = startedMs + (probe.initialDelaySeconds ?? 0) * 1000;
    await time.sleep(Math.max(0, firstMs - time.nowMs()), { signal });
    while (!signal.aborted) {
      if (active()) {
        const outcome = await attempt();
        if (isAborted(signal)) return;
        this.#count(outcome);
      }
      await time.sleep(active() ? periodMs : Math.min(periodMs, 1000), { signal });
    }
  }

  #count(outcome: ProbeOutcome): void {
    const { probe, onBad, onChange } = this.#parts;
    if (outcome.kind !== "success") onBad(outcome);
    if (outcome.kind === "error") return;
    const good = outcome.kind === "success";
    this.#run = this.#last === good ? this.#run + 1 : 1;
    this.#last = good;
    const { failureThreshold = 3, successThreshold = 1 } = probe;
    if (this.#run < (good ? successThreshold : failureThreshold)) return;
    const changed = this.#healthy !== good || (!good && this.#run === failureThreshold);
    this.#healthy = good;
    if (changed) onChange();
  }
}

/** Read anew: an abort during an `await` is not seen by the compiler. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
