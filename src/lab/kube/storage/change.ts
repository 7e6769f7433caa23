import type { KubeObject } from "../kube-object.ts";

/** One write that the store has made, as its watchers see it. */
export interface Change {
  readonly type: "added" | "modified" | "deleted";
  /** The object's new state. Of a deleted one the last state, with the version of the deletion. */
  readonly object: KubeObject;
  /** The state before; absent for "added". */
  readonly before?: KubeObject;
  /** The store's version after this write: `object.metadata.resourceVersion` as a number. */
  readonly version: number;
}
