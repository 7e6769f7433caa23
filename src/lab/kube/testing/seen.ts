/** The fields of answers that tests look at. Which of them are there depends on the answer. */
export interface Seen {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: SeenMetadata;
  readonly spec: {
    readonly nodeName?: string;
    readonly replicas?: number;
  };
  readonly status: {
    readonly phase: string;
    readonly token: string;
    readonly authenticated: boolean;
    readonly userInfo: { readonly username: string };
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly dataa?: unknown;
  readonly series?: unknown;
  readonly items: readonly Seen[];
  /** Of a Status. */
  readonly code: number;
  readonly reason: string;
  readonly message: string;
  /** Of a Table. */
  readonly columnDefinitions: readonly { readonly name: string }[];
  readonly rows: readonly { readonly cells: readonly unknown[] }[];
}

/** Metadata of objects and of lists. */
export interface SeenMetadata {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly finalizers?: readonly string[];
  readonly continue?: string;
  readonly remainingItemCount?: number;
}

/** One line of a watch. */
export interface SeenEvent {
  readonly type: string;
  readonly object: Seen;
}
