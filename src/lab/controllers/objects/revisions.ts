import type { ControllerRevision } from "kubernetes-types/apps/v1";
import type { PodTemplateSpec } from "kubernetes-types/core/v1";
import type { KubeObject, Resource } from "../../../kube-client/index.ts";
import { canonical } from "./canonical.ts";
import { compareText, labelsOf, nameOf, namespaceOf } from "./meta.ts";
import { controllerReference } from "./owner.ts";
import { templateHash } from "./template.ts";

/** The label that carries a revision's hash, on it and on its pods. */
export const REVISION_HASH = "controller-revision-hash";

/** What the history of a workload needs. */
export interface RevisionPlan {
  /** The revision of the current template; it may have to be made, or get a higher number. */
  readonly current: ControllerRevision;
  readonly action: "none" | "create" | "renumber";
  /** Those beyond the history limit that no pod is of. */
  readonly surplus: readonly ControllerRevision[];
}

/** Finds, or makes, the revision of a template among those of its owner. */
export function planRevisions(options: {
  readonly owner: KubeObject;
  readonly resource: Resource;
  readonly template: PodTemplateSpec;
  readonly collisions: number;
  readonly historyLimit: number;
  readonly revisions: readonly ControllerRevision[];
  /** Hashes, or names, of the revisions that pods are of. */
  readonly live: ReadonlySet<string>;
}): RevisionPlan {
  const { owner, template, revisions } = options;
  const sorted = revisions.toSorted(
    (a, b) => a.revision - b.revision || compareText(nameOf(a), nameOf(b)),
  );
  const last = sorted.at(-1)?.revision ?? 0;
  const data = { spec: { template: { ...template, $patch: "replace" } } };
  const existing = sorted.findLast(
    (revision) => canonical(revision.data ?? {}) === canonical(data),
  );
  const others = sorted.filter((revision) => revision !== existing);
  const idle = others.filter(
    (revision) =>
      !options.live.has(labelsOf(revision)[REVISION_HASH] ?? "") &&
      !options.live.has(nameOf(revision)),
  );
  const surplus = idle.slice(0, Math.max(0, others.length - options.historyLimit));
  if (existing !== undefined) {
    if (existing.revision === last) return { current: existing, action: "none", surplus };
    return { current: { ...existing, revision: last + 1 }, action: "renumber", surplus };
  }
  const hash = templateHash(template, options.collisions);
  const current: ControllerRevision = {
    apiVersion: "apps/v1",
    kind: "ControllerRevision",
    metadata: {
      name: `${nameOf(owner)}-${hash}`,
      namespace: namespaceOf(owner),
      labels: { ...template.metadata?.labels, [REVISION_HASH]: hash },
      ownerReferences: [controllerReference(owner, options.resource)],
    },
    data,
    revision: last + 1,
  };
  return { current, action: "create", surplus };
}
