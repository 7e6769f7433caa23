import { forbidden, invalid, tooLong, type FieldCause } from "./field-error.ts";
import { configKeyRule } from "./names.ts";
import { sameJson } from "./same-json.ts";

const MAX_BYTES = 1024 * 1024;

/** The refused keys of a map of data at `field`, and its size. */
export function validateKeys(
  field: string,
  data: Readonly<Record<string, string | undefined>> | undefined,
): FieldCause[] {
  const entries = Object.entries(data ?? {});
  const bytes = entries.reduce((sum, [, value]) => sum + Buffer.byteLength(value ?? ""), 0);
  return [
    ...entries.flatMap(([key]) =>
      configKeyRule(key).map((sentence) => invalid(`${field}[${key}]`, key, sentence)),
    ),
    ...(bytes > MAX_BYTES ? [tooLong(field === "data" ? "" : field, MAX_BYTES)] : []),
  ];
}

/** The fields that an object with `immutable: true` may no longer change. */
export function immutableData<T extends { readonly immutable?: boolean | undefined }>(
  next: T,
  old: T,
  fields: readonly (keyof T & string)[],
): FieldCause[] {
  if (old.immutable !== true) return [];
  const detail = "field is immutable when `immutable` is set";
  return [
    ...(next.immutable === true ? [] : [forbidden("immutable", detail)]),
    ...fields
      .filter((field) => !sameJson(next[field], old[field]))
      .map((field) => forbidden(field, detail)),
  ];
}
