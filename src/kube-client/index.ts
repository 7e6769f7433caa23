export { openEventRecorder } from "./event-recorder.ts";
export type { EventRecorder, EventRecorderOptions, Occurrence } from "./event-recorder.ts";
export type {
  CNINode,
  EniConfigCondition,
  EniConfigStatus,
  ENIConfig,
  SecurityGroupPolicy,
} from "./custom-types.ts";
export { inClusterAccess, SERVICE_ACCOUNT_DIR } from "./in-cluster.ts";
export { openInformer } from "./informer.ts";
export type { Informer, InformerOptions, SharedInformers, SharingClient } from "./informer.ts";
export type { InformerChange } from "./informer-change.ts";
export type { Credentials, KubeAccess } from "./kube-access.ts";
export type {
  DeleteOptions,
  KubeClient,
  KubeList,
  ListOptions,
  Patch,
  RawAnswer,
  RawRequest,
  Selection,
  WatchEvent,
  WatchOptions,
} from "./kube-client.ts";
export { isAlreadyExists, isConflict, isGone, isNotFound, KubeError } from "./kube-error.ts";
export type { KubeErrorParts, StatusDetails } from "./kube-error.ts";
export { compileSelector } from "./label-selector.ts";
export type { Labels } from "./label-selector.ts";
export { readKubeconfig } from "./kubeconfig.ts";
export { compete } from "./leadership.ts";
export type { Candidacy } from "./leadership.ts";
export { openKubeClient } from "./open-client.ts";
export type { KubeClientOptions } from "./open-client.ts";
export { parseQuantity } from "./quantity.ts";
export { apiVersionOf, resourcePath } from "./resource.ts";
export type { KubeObject, ObjectName, Resource, TypedResource } from "./resource.ts";
export {
  CNI_NODES,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  CRON_JOBS,
  CUSTOM_RESOURCE_DEFINITIONS,
  DAEMON_SETS,
  DEPLOYMENTS,
  ENDPOINTS,
  ENI_CONFIGS,
  EVENTS,
  JOBS,
  LEASES,
  NAMESPACES,
  NODES,
  POD_DISRUPTION_BUDGETS,
  PODS,
  REPLICA_SETS,
  SECRETS,
  SECURITY_GROUP_POLICIES,
  SERVICE_ACCOUNTS,
  SERVICES,
  STATEFUL_SETS,
} from "./resources.ts";
export { retryOnConflict } from "./retry-on-conflict.ts";
export { openSharedInformers } from "./shared-informers.ts";
export { openWorkQueue } from "./work-queue.ts";
export type { WorkQueue, WorkQueueOptions } from "./work-queue.ts";
