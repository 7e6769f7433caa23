import { invalid, type FieldCause } from "./field-error.ts";

const PERCENT = /^[0-9]+%$/;

/** A cause unless the value is a whole number of 0 or more, or a percentage such as `25%`. */
export function validateIntOrPercent(value: unknown, field: string): FieldCause[] {
  if (value === undefined) return [];
  if (typeof value === "number") {
    return value >= 0 ? [] : [invalid(field, value, "must be greater than or equal to 0")];
  }
  return typeof value === "string" && PERCENT.test(value)
    ? []
    : [
        invalid(
          field,
          value,
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
        ),
      ];
}

/** Whether the value is 0 or `0%`. */
export function isZero(value: unknown): boolean {
  return value === 0 || value === "0%" || value === "0";
}
