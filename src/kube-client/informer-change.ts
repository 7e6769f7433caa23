/** What happened to one object. */
export interface InformerChange<T> {
  readonly type: "added" | "updated" | "deleted";
  /** Its new state; of a deleted object the last one. */
  readonly object: T;
  /** What the informer held before; absent when it is added. */
  readonly old?: T;
}
