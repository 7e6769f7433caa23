import type {
  Deployment,
  DeploymentCondition,
  DeploymentStatus,
  ReplicaSet,
} from "kubernetes-types/apps/v1";
import { DEPLOYMENTS } from "../../../kube-client/index.ts";
import { meansSame } from "../objects/canonical.ts";
import { annotationsOf, byCreation, isDeleting, nameOf, namespaceOf } from "../objects/meta.ts";
import { controllerReference } from "../objects/owner.ts";
import { POD_TEMPLATE_HASH, templateHash } from "../objects/template.ts";
import { currentAnnotations, REVISION, sizeAnnotations } from "./annotations.ts";
import { allOf, type Fleet, fleetOf, isRolling, replicasOf, type Sizes } from "./fleet.ts";
import { withFound, withPause } from "./remarks.ts";
import { nextCurrentSize, rollingStep } from "./rolling-update.ts";
import { isScalingEvent, scaledSizes } from "./scaling.ts";
import {
  deploymentStatus,
  hasProgressDeadline,
  isComplete,
  progressDeadlineMs,
  rolloutStatus,
  withProgressCondition,
} from "./status.ts";

/** What a ReplicaSet should have. */
export interface ReplicaSetChange {
  readonly replicaSet: ReplicaSet;
  readonly replicas: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly minReadySeconds: number;
}

/** What brings a Deployment one step on. */
export interface DeploymentPlan {
  readonly create: ReplicaSet | undefined;
  readonly changes: readonly ReplicaSetChange[];
  /** Old ReplicaSets beyond the history limit. */
  readonly surplus: readonly ReplicaSet[];
  /** The Deployment's revision annotation, if it is to be changed. */
  readonly revision: string | undefined;
  /** The status, if all of this succeeds. */
  readonly status: DeploymentStatus;
  /** When to look again though nothing changes. */
  readonly dueMs: number | undefined;
}

/** What there is beside the Deployment. */
export interface DeploymentFacts {
  /** Those that it controls. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods of the ReplicaSet exist that have not ended, also such as are being deleted. */
  readonly hasPods: (replicaSet: ReplicaSet) => boolean;
  readonly nowMs: number;
}

/** Decides one step of a Deployment. */
export function planDeployment(deployment: Deployment, facts: DeploymentFacts): DeploymentPlan {
  const fleet = fleetOf(deployment, facts.replicaSets);
  const { nowMs } = facts;
  const conditions = withPause(deployment, { nowMs });
  if (isDeleting(deployment)) {
    const status = deploymentStatus(fleet, conditions, { nowMs });
    return { ...NOTHING, status };
  }
  if (deployment.spec?.paused === true || isScalingEvent(fleet)) {
    return planScaling(fleet, conditions, { nowMs });
  }
  return planRollout(fleet, withFound(fleet, conditions, { nowMs }), facts);
}

const NOTHING = {
  create: undefined,
  changes: [],
  surplus: [],
  revision: undefined,
  dueMs: undefined,
} satisfies Partial<DeploymentPlan>;

function planScaling(
  fleet: Fleet,
  conditions: readonly DeploymentCondition[],
  { nowMs }: { readonly nowMs: number },
): DeploymentPlan {
  const sizes = scaledSizes(fleet);
  const { deployment } = fleet;
  return {
    ...NOTHING,
    changes: changesOf(fleet, { sizes, isSizing: true }),
    surplus: deployment.spec?.paused === true ? surplusOf(fleet) : [],
    revision: fleet.current && revisionChange(deployment, currentAnnotations(fleet)),
    status: deploymentStatus(sized(fleet, sizes), conditions, { nowMs }),
  };
}

function planRollout(
  fleet: Fleet,
  conditions: readonly DeploymentCondition[],
  { hasPods, nowMs }: DeploymentFacts,
): DeploymentPlan {
  const { deployment, current, old } = fleet;
  const isWaiting =
    !isRolling(deployment) &&
    old.some((replicaSet) => replicasOf(replicaSet) > 0 || hasPods(replicaSet));
  if (current === undefined && !isWaiting) return planCreation(fleet, conditions, { nowMs });
  const sizes = stepOf(fleet, { isWaiting });
  const status = rolloutStatus(sized(fleet, sizes), conditions, { nowMs });
  return {
    ...NOTHING,
    changes: changesOf(fleet, { sizes, isSizing: false }),
    surplus: isComplete(deployment, deployment.status ?? {}) ? surplusOf(fleet) : [],
    revision: current && revisionChange(deployment, currentAnnotations(fleet)),
    status,
    dueMs: progressDeadlineMs(deployment, status),
  };
}

function stepOf(fleet: Fleet, { isWaiting }: { readonly isWaiting: boolean }): Sizes {
  const { deployment, current, old } = fleet;
  if (isWaiting) {
    return new Map(
      old
        .filter((replicaSet) => replicasOf(replicaSet) > 0)
        .map((replicaSet) => [replicaSet, 0] as const),
    );
  }
  if (current === undefined) return new Map();
  if (isRolling(deployment)) return rollingStep({ ...fleet, current });
  const wanted = replicasOf(deployment);
  return replicasOf(current) === wanted ? new Map() : new Map([[current, wanted]]);
}

function planCreation(
  fleet: Fleet,
  before: readonly DeploymentCondition[],
  { nowMs }: { readonly nowMs: number },
): DeploymentPlan {
  const { deployment } = fleet;
  const create = newReplicaSet(fleet);
  const message = `Created new replica set "${nameOf(create)}"`;
  const wanted = { status: "True", reason: "NewReplicaSetCreated", message } as const;
  const conditions = hasProgressDeadline(deployment)
    ? withProgressCondition(before, wanted, { nowMs })
    : before;
  const status = rolloutStatus({ ...fleet, current: create }, conditions, { nowMs });
  return {
    ...NOTHING,
    create,
    revision: revisionChange(deployment, annotationsOf(create)),
    status,
    dueMs: progressDeadlineMs(deployment, status),
  };
}

function newReplicaSet(fleet: Fleet): ReplicaSet {
  const { deployment } = fleet;
  const { template = {}, selector, minReadySeconds } = deployment.spec ?? {};
  const hash = templateHash(template, deployment.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [POD_TEMPLATE_HASH]: hash };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${nameOf(deployment)}-${hash}`,
      namespace: namespaceOf(deployment),
      labels,
      annotations: { ...currentAnnotations(fleet), ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(deployment, DEPLOYMENTS)],
    },
    spec: {
      replicas: nextCurrentSize(fleet),
      selector: {
        ...selector,
        matchLabels: { ...selector?.matchLabels, [POD_TEMPLATE_HASH]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
    },
  };
}

function changesOf(
  fleet: Fleet,
  { sizes, isSizing }: { readonly sizes: Sizes; readonly isSizing: boolean },
): ReplicaSetChange[] {
  const { deployment, current } = fleet;
  return allOf(fleet)
    .map((replicaSet) => {
      const replicas = sizes.get(replicaSet) ?? replicasOf(replicaSet);
      const isSized = isSizing ? sizes.has(replicaSet) : replicas !== replicasOf(replicaSet);
      const minReadySeconds =
        (replicaSet === current ? deployment : replicaSet).spec?.minReadySeconds ?? 0;
      const annotations = {
        ...(replicaSet === current ? currentAnnotations(fleet) : annotationsOf(replicaSet)),
        ...(isSized ? sizeAnnotations(deployment) : {}),
      };
      return { replicaSet, replicas, annotations, minReadySeconds };
    })
    .filter(
      ({ replicaSet, replicas, annotations, minReadySeconds }) =>
        replicas !== replicasOf(replicaSet) ||
        minReadySeconds !== (replicaSet.spec?.minReadySeconds ?? 0) ||
        !meansSame(annotations, annotationsOf(replicaSet)),
    );
}

/** Old ReplicaSets without pods, the oldest first, as many as there are more than the history limit. */
function surplusOf({ deployment, old }: Fleet): ReplicaSet[] {
  const limit = deployment.spec?.revisionHistoryLimit ?? 10;
  const living = old.filter((replicaSet) => !isDeleting(replicaSet)).toSorted(byCreation);
  return living
    .slice(0, Math.max(0, living.length - limit))
    .filter(({ metadata, spec, status }) => {
      const isSeen = (metadata?.generation ?? 0) <= (status?.observedGeneration ?? 0);
      return (status?.replicas ?? 0) === 0 && spec?.replicas === 0 && isSeen;
    });
}

function sized(fleet: Fleet, sizes: Sizes): Fleet {
  const resize = (replicaSet: ReplicaSet): ReplicaSet => {
    const replicas = sizes.get(replicaSet);
    if (replicas === undefined || replicaSet.spec === undefined) return replicaSet;
    return { ...replicaSet, spec: { ...replicaSet.spec, replicas } };
  };
  return { ...fleet, current: fleet.current && resize(fleet.current), old: fleet.old.map(resize) };
}

function revisionChange(
  deployment: Deployment,
  annotations: Readonly<Record<string, string>>,
): string | undefined {
  const revision = annotations[REVISION];
  return revision === annotationsOf(deployment)[REVISION] ? undefined : revision;
}
