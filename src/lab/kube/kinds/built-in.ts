import { bindingKind } from "./binding.ts";
import { configMapKind } from "./config-map.ts";
import { controllerRevisionKind } from "./controller-revision.ts";
import { cronJobKind } from "./cron-job.ts";
import { customResourceDefinitionKind } from "./custom-resource-definition.ts";
import { daemonSetKind } from "./daemon-set.ts";
import { deploymentKind } from "./deployment.ts";
import { endpointSliceKind } from "./endpoint-slice.ts";
import { endpointsKind } from "./endpoints.ts";
import { eventKind } from "./event.ts";
import { eventsV1EventKind } from "./events-v1-event.ts";
import { ingressKind } from "./ingress.ts";
import { ingressClassKind } from "./ingress-class.ts";
import { jobKind } from "./job.ts";
import { leaseKind } from "./lease.ts";
import { limitRangeKind } from "./limit-range.ts";
import { namespaceKind } from "./namespace.ts";
import { networkPolicyKind } from "./network-policy.ts";
import { nodeKind } from "./node.ts";
import { persistentVolumeKind } from "./persistent-volume.ts";
import { persistentVolumeClaimKind } from "./persistent-volume-claim.ts";
import { podKind } from "./pod.ts";
import { podDisruptionBudgetKind } from "./pod-disruption-budget.ts";
import { podTemplateKind } from "./pod-template.ts";
import { priorityClassKind } from "./priority-class.ts";
import { replicaSetKind } from "./replica-set.ts";
import { replicationControllerKind } from "./replication-controller.ts";
import { resourceQuotaKind } from "./resource-quota.ts";
import { reviewKinds } from "./reviews.ts";
import { clusterRoleKind, roleKind } from "./role.ts";
import { clusterRoleBindingKind, roleBindingKind } from "./role-binding.ts";
import { secretKind } from "./secret.ts";
import { serviceKind } from "./service.ts";
import { serviceAccountKind } from "./service-account.ts";
import { statefulSetKind } from "./stateful-set.ts";
import { storageClassKind } from "./storage-class.ts";
import type { KindDefinition } from "./kind-definition.ts";

/** Every kind that is compiled in. A new kind is one file and one line here. */
export const builtInKinds: readonly KindDefinition[] = [
  bindingKind,
  configMapKind,
  endpointsKind,
  eventKind,
  limitRangeKind,
  namespaceKind,
  nodeKind,
  persistentVolumeKind,
  persistentVolumeClaimKind,
  podKind,
  podTemplateKind,
  replicationControllerKind,
  resourceQuotaKind,
  secretKind,
  serviceKind,
  serviceAccountKind,
  controllerRevisionKind,
  daemonSetKind,
  deploymentKind,
  replicaSetKind,
  statefulSetKind,
  cronJobKind,
  jobKind,
  customResourceDefinitionKind,
  endpointSliceKind,
  eventsV1EventKind,
  ingressKind,
  ingressClassKind,
  leaseKind,
  networkPolicyKind,
  podDisruptionBudgetKind,
  priorityClassKind,
  storageClassKind,
  roleKind,
  clusterRoleKind,
  roleBindingKind,
  clusterRoleBindingKind,
  ...reviewKinds,
];
