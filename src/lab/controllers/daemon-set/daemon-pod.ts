import type { DaemonSet } from "kubernetes-types/apps/v1";
import type { Node, Pod, PodSpec, Toleration } from "kubernetes-types/core/v1";
import { DAEMON_SETS } from "../../../kube-client/index.ts";
import { annotationsOf, nameOf, namespaceOf } from "../objects/meta.ts";
import { fitsNodeAffinity } from "../objects/node-affinity.ts";
import { controllerReference } from "../objects/owner.ts";
import { REVISION_HASH } from "../objects/revisions.ts";
import { TAINT, untolerated } from "../objects/taint.ts";
import { podOfTemplate } from "../objects/template.ts";

/** Whether a daemon belongs on a node. */
export interface Belonging {
  /** A pod is to be there. */
  readonly isWanted: boolean;
  /** A pod that is there may stay. */
  readonly mayStay: boolean;
}

/** Decides by the template's node name, selector, affinity and tolerations. */
export function belongsOn(daemonSet: DaemonSet, node: Node): Belonging {
  const spec = daemonSet.spec?.template.spec;
  const isNamed = spec?.nodeName === undefined || spec.nodeName === nameOf(node);
  if (!isNamed || !fitsNodeAffinity(spec, node)) return { isWanted: false, mayStay: false };
  const feared = untolerated(node.spec?.taints ?? [], daemonTolerations(spec));
  return {
    isWanted: feared.every(({ effect }) => effect === "PreferNoSchedule"),
    mayStay: feared.every(({ effect }) => effect !== "NoExecute"),
  };
}

/** The pod of a daemon for one node: bound to it by affinity, so that the scheduler places it. */
export function daemonPod(
  daemonSet: DaemonSet,
  { nodeName, hash }: { readonly nodeName: string; readonly hash: string },
): Pod {
  const template = daemonSet.spec?.template ?? {};
  const generation = annotationsOf(daemonSet)["deprecated.daemonset.template.generation"];
  const pod = podOfTemplate(template, {
    namespace: namespaceOf(daemonSet),
    generateName: `${nameOf(daemonSet)}-`,
    owner: controllerReference(daemonSet, DAEMON_SETS),
    labels: {
      [REVISION_HASH]: hash,
      ...(generation === undefined ? {} : { "pod-template-generation": generation }),
    },
  });
  const spec = template.spec ?? { containers: [] };
  return {
    ...pod,
    spec: {
      ...spec,
      tolerations: daemonTolerations(spec),
      affinity: {
        ...spec.affinity,
        nodeAffinity: {
          ...spec.affinity?.nodeAffinity,
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchFields: [{ key: "metadata.name", operator: "In", values: [nodeName] }] },
            ],
          },
        },
      },
    },
  };
}

/** The node a daemon's pod is on, or is meant for. */
export function nodeNameOf(pod: Pod): string | undefined {
  if (pod.spec?.nodeName !== undefined && pod.spec.nodeName !== "") return pod.spec.nodeName;
  const required = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  for (const { matchFields = [] } of required?.nodeSelectorTerms ?? []) {
    const field = matchFields.find(
      ({ key, operator }) => key === "metadata.name" && operator === "In",
    );
    if (field?.values?.length === 1) return field.values[0];
  }
  return undefined;
}

/** The template's tolerations and those that every daemon has (AddOrUpdateDaemonPodTolerations). */
function daemonTolerations(spec: PodSpec | undefined): Toleration[] {
  const added: Toleration[] = [
    { key: TAINT.notReady, operator: "Exists", effect: "NoExecute" },
    { key: TAINT.unreachable, operator: "Exists", effect: "NoExecute" },
    { key: TAINT.diskPressure, operator: "Exists", effect: "NoSchedule" },
    { key: TAINT.memoryPressure, operator: "Exists", effect: "NoSchedule" },
    { key: TAINT.pidPressure, operator: "Exists", effect: "NoSchedule" },
    { key: TAINT.unschedulable, operator: "Exists", effect: "NoSchedule" },
    ...(spec?.hostNetwork === true
      ? [{ key: TAINT.networkUnavailable, operator: "Exists", effect: "NoSchedule" }]
      : []),
  ];
  const own = (spec?.tolerations ?? []).filter(
    (toleration) =>
      !added.some(({ key, effect }) => key === toleration.key && effect === toleration.effect),
  );
  return [...own, ...added];
}
