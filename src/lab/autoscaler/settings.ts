/** How an autoscaler behaves. Times in milliseconds of the lab's time. */
export interface AutoscalerSettings {
  /** No more nodes than so many of its own at a time. */
  readonly nodesMax: number;
  /** A batch of pods is closed when no other pod has come for so long … */
  readonly batchIdleMs: number;
  /** … or after so long in any case. */
  readonly batchMaxMs: number;
  /** An empty node of its own is removed after so long; undefined: never. */
  readonly emptyTtlMs: number | undefined;
  /** A node that has not registered so long after its launch is given up and terminated. */
  readonly registrationTtlMs: number;
  /** The value of the label `karpenter.sh/nodepool` of its nodes. */
  readonly name: string;
}

/** Completes settings. The defaults are Karpenter's: batches of 1 s to 10 s, 15 minutes to register. Throws RangeError. */
export function readAutoscalerSettings(
  given: Partial<AutoscalerSettings> = {},
): AutoscalerSettings {
  const settings = {
    nodesMax: given.nodesMax ?? 100,
    batchIdleMs: given.batchIdleMs ?? 1_000,
    batchMaxMs: given.batchMaxMs ?? 10_000,
    emptyTtlMs: given.emptyTtlMs,
    registrationTtlMs: given.registrationTtlMs ?? 900_000,
    name: given.name ?? "default",
  };
  if (!Number.isInteger(settings.nodesMax) || settings.nodesMax < 0)
    throw new RangeError(`nodesMax must be an integer of 0 or more, got ${settings.nodesMax}`);
  if (!(settings.batchIdleMs >= 0 && settings.batchMaxMs >= settings.batchIdleMs))
    throw new RangeError("batchMaxMs must be at least batchIdleMs, which must be 0 or more");
  return settings;
}
