/** Labels of one series, by name. */
export type Labels = Readonly<Record<string, string>>;

/** One line of a family: a value under labels; `suffix` is what a histogram adds to the name. */
export interface Sample {
  readonly suffix?: "_bucket" | "_sum" | "_count";
  readonly labels: Labels;
  readonly value: number;
}

/** All series of one name. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram" | "summary";
  readonly samples: readonly Sample[];
}

/** The text format 0.0.4 of Prometheus, which every scraper reads. Families without samples are left out. */
export const CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** Families as that text. */
export function renderFamilies(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .map(renderFamily)
    .join("");
}

function renderFamily({ name, help, type, samples }: Family): string {
  const lines = samples.map(
    ({ suffix = "", labels, value }) =>
      `${name}${suffix}${renderLabels(labels)} ${number(value)}\n`,
  );
  return `# HELP ${name} ${escape(help, /[\\\n]/g)}\n# TYPE ${name} ${type}\n${lines.join("")}`;
}

function renderLabels(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return "";
  return `{${entries.map(([key, value]) => `${key}="${escape(value, /[\\\n"]/g)}"`).join(",")}}`;
}

function escape(text: string, what: RegExp): string {
  return text.replace(what, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}

function number(value: number): string {
  if (value === Infinity) return "+Inf";
  return value === -Infinity ? "-Inf" : String(value);
}
