import type { NamespaceCondition, NamespaceStatus } from "kubernetes-types/core/v1";
import type { KubeObject } from "../../../kube-client/index.ts";
import { withCondition } from "../objects/condition.ts";

/** What of one resource is left in a namespace. */
export interface Remainder {
  /** `pods`, or `deployments.apps`. */
  readonly resource: string;
  readonly objects: readonly KubeObject[];
}

/** The status of a namespace whose content is being deleted, as `kubectl describe namespace` shows it. */
export function terminatingStatus(
  status: NamespaceStatus | undefined,
  facts: {
    readonly left: readonly Remainder[];
    /** Why some content could not be deleted. */
    readonly failure: string | undefined;
    readonly nowMs: number;
  },
): NamespaceStatus {
  const { left, failure, nowMs } = facts;
  const instances = left.map(
    ({ resource, objects }) => `${resource} has ${objects.length} resource instances`,
  );
  const finalizers = countFinalizers(left);
  const wanted = [
    condition("NamespaceDeletionContentFailure", failure !== undefined, {
      yes: ["ContentDeletionFailed", failure ?? ""],
      no: ["ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
    }),
    condition("NamespaceContentRemaining", left.length > 0, {
      yes: ["SomeResourcesRemain", `Some resources are remaining: ${instances.join(", ")}`],
      no: ["ContentRemoved", "All content successfully removed"],
    }),
    condition("NamespaceFinalizersRemaining", finalizers.size > 0, {
      yes: [
        "SomeFinalizersRemain",
        `Some content in the namespace has finalizers remaining: ${[...finalizers]
          .map(([name, count]) => `${name} in ${count} resource instances`)
          .join(", ")}`,
      ],
      no: ["ContentHasNoFinalizers", "All content-preserving finalizers finished"],
    }),
  ];
  const conditions = wanted.reduce<NamespaceCondition[]>((all, next) => {
    const before = all.find(({ type }) => type === next.type);
    const isSaidOtherwise = before !== undefined && before.message !== next.message;
    const updated = withCondition(all, next, { nowMs });
    return isSaidOtherwise
      ? updated.map((one) => (one.type === next.type ? { ...one, message: next.message } : one))
      : updated;
  }, status?.conditions ?? []);
  return { ...status, phase: "Terminating", conditions };
}

function condition(
  type: string,
  isTrue: boolean,
  said: { readonly yes: readonly [string, string]; readonly no: readonly [string, string] },
): { type: string; status: "True" | "False"; reason: string; message: string } {
  const [reason, message] = isTrue ? said.yes : said.no;
  return { type, status: isTrue ? "True" : "False", reason, message };
}

function countFinalizers(left: readonly Remainder[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of left.flatMap(({ objects }) =>
    objects.flatMap(({ metadata }) => metadata?.finalizers ?? []),
  )) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}
