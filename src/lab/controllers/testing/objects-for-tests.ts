import type { Node, Pod, PodSpec, PodStatus, Taint } from "kubernetes-types/core/v1";
import type { OwnerReference } from "kubernetes-types/meta/v1";

/** The moment at which tests of plans take place. */
export const NOW_MS: number = Date.parse("2026-11-24T12:00:00Z");

/** RFC 3339 of so many seconds before {@link NOW_MS}. */
export function ago(seconds: number): string {
  return new Date(NOW_MS - seconds * 1000).toISOString();
}

/** What matters of a pod in tests. */
export interface TestPod {
  readonly node?: string;
  readonly phase?: "Pending" | "Running" | "Succeeded" | "Failed";
  /** For so many seconds; not ready when left out. */
  readonly ready?: number;
  readonly age?: number;
  readonly deleting?: boolean;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly restarts?: number;
  readonly spec?: Partial<PodSpec>;
  readonly owner?: OwnerReference;
  readonly ip?: string;
}

/** A pod that runs, unless said otherwise. */
export function podNamed(name: string, given: TestPod = {}): Pod {
  const { node, phase = "Running", ready, age = 1000, deleting = false, restarts, ip } = given;
  const status: PodStatus = {
    phase,
    ...(ip === undefined ? {} : { podIP: ip }),
    ...(ready === undefined
      ? {}
      : { conditions: [{ type: "Ready", status: "True", lastTransitionTime: ago(ready) }] }),
    ...(restarts === undefined
      ? {}
      : {
          containerStatuses: [
            { name: "main", image: "", imageID: "", ready: true, restartCount: restarts },
          ],
        }),
  };
  return {
    metadata: {
      name,
      namespace: "default",
      uid: `${name}-uid`,
      creationTimestamp: ago(age),
      labels: given.labels ?? {},
      annotations: given.annotations ?? {},
      ...(deleting ? { deletionTimestamp: ago(1) } : {}),
      ...(given.owner === undefined ? {} : { ownerReferences: [given.owner] }),
    },
    spec: { containers: [], ...given.spec, ...(node === undefined ? {} : { nodeName: node }) },
    status,
  };
}

/** A node with labels and taints. */
export function nodeNamed(
  name: string,
  given: { readonly labels?: Record<string, string>; readonly taints?: Taint[] } = {},
): Node {
  return {
    metadata: {
      name,
      uid: `${name}-uid`,
      labels: given.labels ?? {},
      creationTimestamp: ago(1000),
    },
    spec: given.taints === undefined ? {} : { taints: given.taints },
  };
}
