/** Why a field was refused; the words of `Status.details.causes[].reason`. */
export type CauseReason =
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "FieldValueNotFound"
  | "FieldValueTypeInvalid";

/** One refused field, as it stands in `Status.details.causes` of a 422 answer. */
export interface FieldCause {
  readonly reason: CauseReason;
  /** For example `Required value` or `Invalid value: -1: must be …`. */
  readonly message: string;
  /** For example `spec.containers[0].image`. */
  readonly field: string;
}

/** A missing value: `Required value: <detail>`. */
export function required(field: string, detail = ""): FieldCause {
  return { reason: "FieldValueRequired", field, message: withDetail("Required value", detail) };
}

/** A value that breaks a rule: `Invalid value: <value>: <detail>`. */
export function invalid(field: string, value: unknown, detail: string): FieldCause {
  return {
    reason: "FieldValueInvalid",
    field,
    message: withDetail(`Invalid value: ${printValue(value)}`, detail),
  };
}

/** A value that must be unique and is not: `Duplicate value: <value>`. */
export function duplicate(field: string, value: unknown): FieldCause {
  return {
    reason: "FieldValueDuplicate",
    field,
    message: `Duplicate value: ${printValue(value)}`,
  };
}

/** A word that is not in the list: `Unsupported value: "x": supported values: "a", "b"` (sorted). */
export function notSupported(
  field: string,
  value: unknown,
  supported: readonly string[],
): FieldCause {
  const words = [...supported].sort().map((word) => JSON.stringify(word));
  return {
    reason: "FieldValueNotSupported",
    field,
    message: `Unsupported value: ${printValue(value)}: supported values: ${words.join(", ")}`,
  };
}

/** Something that may not be set or done here: `Forbidden: <detail>`. */
export function forbidden(field: string, detail: string): FieldCause {
  return { reason: "FieldValueForbidden", field, message: withDetail("Forbidden", detail) };
}

/** A text that is too long; `maxBytes` is the limit. */
export function tooLong(field: string, maxBytes: number): FieldCause {
  return {
    reason: "FieldValueTooLong",
    field,
    message: `Too long: may not be more than ${maxBytes} bytes`,
  };
}

/** A reference to something that is not there: `Not found: <value>`. */
export function notFound(field: string, value: unknown): FieldCause {
  return { reason: "FieldValueNotFound", field, message: `Not found: ${printValue(value)}` };
}

/**
 * The sentence of a 422 answer: `Pod "web" is invalid: spec.x: Required value`, with the causes in
 * brackets if there are several. `kind` carries its group where it has one: `Deployment.apps`.
 */
export function invalidMessage(kind: string, name: string, causes: readonly FieldCause[]): string {
  const lines = [...new Set(causes.map((cause) => `${cause.field}: ${cause.message}`))];
  const list = lines.length === 1 ? lines.join("") : `[${lines.join(", ")}]`;
  return `${kind} ${JSON.stringify(name)} is invalid: ${list}`;
}

function withDetail(title: string, detail: string): string {
  return detail === "" ? title : `${title}: ${detail}`;
}

function printValue(value: unknown): string {
  return value === undefined ? "null" : JSON.stringify(value);
}
