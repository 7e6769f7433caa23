import type { Result } from "../../../base/index.ts";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";

/** One requirement of a field selector. */
export interface FieldTerm {
  readonly field: string;
  readonly read: (object: KubeObject) => string;
  readonly equal: boolean;
  readonly value: string;
}

/**
 * Reads a field selector of a kind: `a=b`, `a==b`, `a!=b`, joined by commas; values may be empty, and `\` escapes
 * `,`, `=` and itself. The error is a sentence for a 400.
 */
export function parseFieldSelector(
  text: string,
  kind: KindDefinition,
): Result<readonly FieldTerm[], string> {
  const terms: FieldTerm[] = [];
  for (const part of text.split(/(?<!\\),/)) {
    if (part === "") continue;
    const match = /^([^=!]+?)(==|!=|=)(.*)$/s.exec(part);
    if (match === null) {
      return { ok: false, error: `invalid selector: '${text}'; can't understand '${part}'` };
    }
    const [, field = "", operator = "", raw = ""] = match;
    const read = reader(kind, field);
    if (read === undefined) return { ok: false, error: `field label not supported: ${field}` };
    terms.push({ field, read, equal: operator !== "!=", value: raw.replace(/\\([\\,=])/g, "$1") });
  }
  return { ok: true, value: terms };
}

function reader(kind: KindDefinition, field: string): FieldTerm["read"] | undefined {
  if (field === "metadata.name") return (object) => object.metadata.name;
  if (field === "metadata.namespace" && kind.namespaced) {
    return (object) => object.metadata.namespace ?? "";
  }
  return Object.hasOwn(kind.fieldSelectors, field) ? kind.fieldSelectors[field] : undefined;
}

/** Whether an object has the values that are looked for. */
export function matchesFields(terms: readonly FieldTerm[], object: KubeObject): boolean {
  return terms.every(({ read, equal, value }) => (read(object) === value) === equal);
}
