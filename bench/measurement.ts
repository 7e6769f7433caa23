/** One number that a benchmark found, beside the same number of a peer, measured in the same run. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "s" | "1/s" | "MiB" | "calls";
  /** The peer's number in the same unit; null where there is nothing to compare with. */
  readonly peer: number | null;
  /** How many times better than the peer: above 1 is better, whatever the unit. Null without a peer. */
  readonly ratio: number | null;
}

/** A group of measurements that need the same set-up. */
export interface Benchmark {
  readonly name: string;
  /** What is measured, and against whom, in a sentence. */
  readonly about: string;
  /** `root on Linux`: it works in namespaces of its own and on the kernel. */
  readonly needs: "nothing" | "root on Linux";
  /** `note` tells the reader what is going on, or what a number is made of. */
  run(note: (text: string) => void): Promise<readonly Measurement[]>;
}

/** A measurement with its ratio. Of rates more is better, of times and sizes less. */
export function measurement(given: Omit<Measurement, "ratio">): Measurement {
  const { value, peer, unit } = given;
  if (peer === null) return { ...given, ratio: null };
  return { ...given, ratio: unit === "1/s" ? value / peer : peer / value };
}

/** The value below which `percent` of the samples lie (nearest rank). `samples` must not be empty. */
export function percentile(samples: readonly number[], percent: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  const found = sorted[rank - 1];
  if (found === undefined) throw new RangeError("a percentile needs at least one sample");
  return found;
}

/** A line for people. */
export function describeMeasurement({ name, value, unit, peer, ratio }: Measurement): string {
  const own = `${name.padEnd(46)} ${round(value).padStart(12)} ${unit.padEnd(4)}`;
  return peer === null || ratio === null
    ? own
    : `${own}  peer ${round(peer).padStart(12)} ${unit.padEnd(4)}  ${ratio.toFixed(1)} times as good`;
}

function round(value: number): string {
  return value >= 1000 ? Math.round(value).toLocaleString("en-US") : value.toFixed(2);
}
