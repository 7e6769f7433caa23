import type { Time } from "../../../time/index.ts";

/**
 * What a controller has done and not yet seen in its informers. Until it has, deciding again would do it twice.
 * As in kube-controller-manager, what is not seen for five minutes is given up.
 */
export interface Expectations {
  /** So many creations are under way for this key. */
  expectCreations(key: string, count: number): void;
  /** These objects are being deleted for this key. */
  expectDeletions(key: string, uids: readonly string[]): void;
  /** One creation was seen, or has failed. */
  created(key: string, count?: number): void;
  /** One deletion was seen, or has failed. */
  deleted(key: string, uid: string): void;
  /** Nothing is under way for this key. */
  isMet(key: string): boolean;
  /** The key is of nobody any more. */
  forget(key: string): void;
}

const GIVEN_UP_AFTER_MS = 5 * 60_000;

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  sinceMs: number;
}

/** No expectations yet. */
export function newExpectations(time: Pick<Time, "nowMs">): Expectations {
  const byKey = new Map<string, Expected>();

  function of(key: string): Expected {
    const expected = byKey.get(key) ?? { creations: 0, deletions: new Set(), sinceMs: 0 };
    expected.sinceMs = time.nowMs();
    byKey.set(key, expected);
    return expected;
  }

  return {
    expectCreations: (key, count) => {
      of(key).creations += count;
    },
    expectDeletions: (key, uids) => {
      const { deletions } = of(key);
      for (const uid of uids) deletions.add(uid);
    },
    created: (key, count = 1) => {
      const expected = byKey.get(key);
      if (expected !== undefined) expected.creations = Math.max(0, expected.creations - count);
    },
    deleted: (key, uid) => {
      byKey.get(key)?.deletions.delete(uid);
    },
    isMet: (key) => {
      const expected = byKey.get(key);
      if (expected === undefined) return true;
      if (expected.creations === 0 && expected.deletions.size === 0) return true;
      if (time.nowMs() - expected.sinceMs < GIVEN_UP_AFTER_MS) return false;
      byKey.delete(key);
      return true;
    },
    forget: (key) => {
      byKey.delete(key);
    },
  };
}
