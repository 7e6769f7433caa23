import { readFields, type WireField } from "./wire.ts";

/** Decodes the message of a type that is a plain value in JSON. */
type Decoder = (fields: readonly WireField[]) => unknown;

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";

const DECODERS: Readonly<Record<string, Decoder>> = {
  [`${META}.Duration`]: (fields) => duration(number(fields, 1)),
  [`${META}.FieldsV1`]: (fields) => json(fields),
  [`${META}.MicroTime`]: (fields) => time(fields, 6),
  [`${META}.Time`]: (fields) => time(fields, 0),
  "io.k8s.apimachinery.pkg.api.resource.Quantity": (fields) => text(fields, 1),
  "io.k8s.apimachinery.pkg.runtime.RawExtension": (fields) => json(fields),
  // 1 which of the two: 0 the number, 1 the text; 2 the number; 3 the text.
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": (fields) =>
    number(fields, 1) === 1 ? text(fields, 3) : number(fields, 2),
};

/** The value of such a type (undefined inside when the message is empty); undefined for the name of another type. */
export function decodeWellKnown(ref: string, bytes: Uint8Array): { value: unknown } | undefined {
  const decoder = DECODERS[ref];
  return decoder === undefined ? undefined : { value: decoder(readFields(bytes)) };
}

/** 1 seconds since 1970, 2 nanoseconds; an empty message is no time. */
function time(fields: readonly WireField[], digits: number): string | undefined {
  if (fields.length === 0) return undefined;
  const seconds = number(fields, 1);
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  if (digits === 0) return `${whole}Z`;
  const fraction = String(number(fields, 2)).padStart(9, "0").slice(0, digits);
  return `${whole}.${fraction}Z`;
}

/** As Go prints a length of time: `1h30m0s`, `1.5s`. */
function duration(nanoseconds: number): string {
  const seconds = nanoseconds / 1e9;
  const hours = Math.trunc(seconds / 3600);
  const minutes = Math.trunc((seconds % 3600) / 60);
  const rest = `${seconds % 60}s`;
  if (hours !== 0) return `${hours}h${minutes}m${rest}`;
  return minutes === 0 ? rest : `${minutes}m${rest}`;
}

/** 1 the JSON text. */
function json(fields: readonly WireField[]): unknown {
  const raw = text(fields, 1);
  if (raw === "") return undefined;
  try {
    return JSON.parse(raw) as unknown;
  } catch {
    return undefined;
  }
}

function number(fields: readonly WireField[], wanted: number): number {
  return fields.find((field) => field.number === wanted)?.value ?? 0;
}

function text(fields: readonly WireField[], wanted: number): string {
  const bytes = fields.find((field) => field.number === wanted)?.bytes ?? new Uint8Array();
  return Buffer.from(bytes).toString("utf8");
}
