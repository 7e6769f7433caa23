import type { Family, Labels, Sample } from "./exposition.ts";

interface Described {
  readonly name: string;
  readonly help: string;
}

/** A number that only rises, for each set of labels. */
export class Counter {
  readonly #described: Described;
  readonly #series = new Map<string, { readonly labels: Labels; value: number }>();

  /** `starts`: series that are there, as 0, before anything has happened. */
  constructor(described: Described, starts: readonly Labels[] = []) {
    this.#described = described;
    for (const labels of starts) this.add(0, labels);
  }

  add(by: number, labels: Labels = {}): void {
    const key = JSON.stringify(labels);
    const series = this.#series.get(key);
    if (series === undefined) this.#series.set(key, { labels, value: by });
    else series.value += by;
  }

  /** The sum over all labels. */
  get total(): number {
    return [...this.#series.values()].reduce((sum, { value }) => sum + value, 0);
  }

  family(): Family {
    return { ...this.#described, type: "counter", samples: [...this.#series.values()] };
  }
}

interface Distribution {
  readonly labels: Labels;
  readonly buckets: number[];
  sum: number;
  count: number;
}

/** How values are spread over `bounds`, for each set of labels. */
export class Histogram {
  readonly #described: Described;
  readonly #bounds: readonly number[];
  readonly #series = new Map<string, Distribution>();

  /** `bounds`: upper ends of the buckets, ascending; the last bucket, without end, is added. */
  constructor(described: Described, bounds: readonly number[]) {
    this.#described = described;
    this.#bounds = [...bounds, Infinity];
  }

  observe(value: number, labels: Labels = {}): void {
    const key = JSON.stringify(labels);
    const buckets = (): number[] => this.#bounds.map(() => 0);
    const series = this.#series.get(key) ?? { labels, buckets: buckets(), sum: 0, count: 0 };
    this.#series.set(key, series);
    series.sum += value;
    series.count++;
    // Buckets are cumulative: each counts what is below its bound.
    this.#bounds.forEach((bound, at) => {
      if (value <= bound) series.buckets[at] = (series.buckets[at] ?? 0) + 1;
    });
  }

  family(): Family {
    const samples = [...this.#series.values()].flatMap((series) => this.#samples(series));
    return { ...this.#described, type: "histogram", samples };
  }

  #samples({ labels, buckets, sum, count }: Distribution): Sample[] {
    const counts = this.#bounds.map((bound, at): Sample => {
      const le = bound === Infinity ? "+Inf" : String(bound);
      return { suffix: "_bucket", labels: { ...labels, le }, value: buckets[at] ?? 0 };
    });
    const totals: Sample[] = [
      { suffix: "_sum", labels, value: sum },
      { suffix: "_count", labels, value: count },
    ];
    return [...counts, ...totals];
  }
}

/** A family of present values. */
export function gauge(described: Described, samples: readonly Sample[]): Family {
  return { ...described, type: "gauge", samples };
}

/** One present value without labels. */
export function value(amount: number): Sample[] {
  return [{ labels: {}, value: amount }];
}
