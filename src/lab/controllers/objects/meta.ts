import { timeMs } from "../../../time/index.ts";
import type { KubeObject, ObjectName } from "../../../kube-client/index.ts";
import { invariant } from "../../../base/index.ts";

/** A name with its namespace. */
export interface NamespacedName extends ObjectName {
  readonly namespace: string;
}

/** The name of a stored object. */
export function nameOf({ metadata }: KubeObject): string {
  return metadata?.name ?? "";
}

/** The namespace of a stored object; empty for those that have none. */
export function namespaceOf({ metadata }: KubeObject): string {
  return metadata?.namespace ?? "";
}

/** The uid of a stored object. */
export function uidOf({ metadata }: KubeObject): string {
  return metadata?.uid ?? "";
}

/** How a client addresses this object. */
export function refOf(object: KubeObject): NamespacedName {
  return { namespace: namespaceOf(object), name: nameOf(object) };
}

/** `namespace/name`: a key of work queues. */
export function keyOf(object: KubeObject): string {
  return `${namespaceOf(object)}/${nameOf(object)}`;
}

/** What {@link keyOf} made the key of. */
export function refOfKey(key: string): NamespacedName {
  const slash = key.indexOf("/");
  invariant(slash >= 0, `a key without a namespace: ${key}`);
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Someone has asked for its deletion. */
export function isDeleting({ metadata }: KubeObject): boolean {
  return metadata?.deletionTimestamp !== undefined;
}

/** The labels, never undefined. */
export function labelsOf({ metadata }: KubeObject): Readonly<Record<string, string>> {
  return metadata?.labels ?? {};
}

/** The annotations, never undefined. */
export function annotationsOf({ metadata }: KubeObject): Readonly<Record<string, string>> {
  return metadata?.annotations ?? {};
}

/** The annotation as a whole number; undefined if it is none. */
export function numberAnnotation(object: KubeObject, name: string): number | undefined {
  const text = annotationsOf(object)[name];
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** When it was created, in milliseconds since 1970. */
export function createdMs({ metadata }: KubeObject): number {
  return timeMs(metadata?.creationTimestamp) ?? 0;
}

/** An order by creation, then by name: the oldest first. */
export function byCreation(a: KubeObject, b: KubeObject): number {
  return createdMs(a) - createdMs(b) || compareText(nameOf(a), nameOf(b));
}

/** An order of texts that is the same on every machine. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
