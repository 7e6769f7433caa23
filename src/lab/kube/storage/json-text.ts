import type { KubeObject } from "../kube-object.ts";

const texts = new WeakMap<KubeObject, string>();

/** The object as JSON, with `kind`, `apiVersion` and `metadata` first. Made once for each object. */
export function jsonText(object: KubeObject): string {
  const known = texts.get(object);
  if (known !== undefined) return known;
  const { kind, apiVersion, metadata, ...rest } = object;
  const text = JSON.stringify({ kind, apiVersion, metadata, ...rest });
  texts.set(object, text);
  return text;
}

/** Forgets the text of an object that has been replaced: watchers have got it, and few others ask for it. */
export function forgetText(object: KubeObject): void {
  texts.delete(object);
}

/** The object as JSON without `kind` and `apiVersion`, as it stands in the list of a built-in kind. */
export function itemText(object: KubeObject): string {
  const head = `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},`;
  return `{${jsonText(object).slice(head.length)}`;
}
