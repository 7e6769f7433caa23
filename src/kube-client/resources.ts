import type { CustomResourceDefinition } from "kubernetes-types/apiextensions/v1";
import type {
  ControllerRevision,
  DaemonSet,
  Deployment,
  ReplicaSet,
  StatefulSet,
} from "kubernetes-types/apps/v1";
import type { CronJob, Job } from "kubernetes-types/batch/v1";
import type { Lease } from "kubernetes-types/coordination/v1";
import type {
  ConfigMap,
  Endpoints,
  Event,
  Namespace,
  Node,
  Pod,
  Secret,
  Service,
  ServiceAccount,
} from "kubernetes-types/core/v1";
import type { PodDisruptionBudget } from "kubernetes-types/policy/v1";
import type { CNINode, ENIConfig, SecurityGroupPolicy } from "./custom-types.ts";
import type { KubeObject, TypedResource } from "./resource.ts";

function namespaced<T extends KubeObject>(
  groupVersion: string,
  plural: string,
  kind: string,
): TypedResource<T> {
  return { ...splitGroupVersion(groupVersion), plural, kind, namespaced: true };
}

function clusterWide<T extends KubeObject>(
  groupVersion: string,
  plural: string,
  kind: string,
): TypedResource<T> {
  return { ...splitGroupVersion(groupVersion), plural, kind, namespaced: false };
}

function splitGroupVersion(groupVersion: string): { group: string; version: string } {
  const slash = groupVersion.indexOf("/");
  return {
    group: groupVersion.slice(0, Math.max(0, slash)),
    version: groupVersion.slice(slash + 1),
  };
}

export const PODS: TypedResource<Pod> = namespaced("v1", "pods", "Pod");
export const NODES: TypedResource<Node> = clusterWide("v1", "nodes", "Node");
export const EVENTS: TypedResource<Event> = namespaced("v1", "events", "Event");
export const NAMESPACES: TypedResource<Namespace> = clusterWide("v1", "namespaces", "Namespace");
export const SERVICES: TypedResource<Service> = namespaced("v1", "services", "Service");
export const ENDPOINTS: TypedResource<Endpoints> = namespaced("v1", "endpoints", "Endpoints");
export const CONFIG_MAPS: TypedResource<ConfigMap> = namespaced("v1", "configmaps", "ConfigMap");
export const SECRETS: TypedResource<Secret> = namespaced("v1", "secrets", "Secret");
export const SERVICE_ACCOUNTS: TypedResource<ServiceAccount> = namespaced(
  "v1",
  "serviceaccounts",
  "ServiceAccount",
);
export const LEASES: TypedResource<Lease> = namespaced("coordination.k8s.io/v1", "leases", "Lease");
export const DEPLOYMENTS: TypedResource<Deployment> = namespaced(
  "apps/v1",
  "deployments",
  "Deployment",
);
export const REPLICA_SETS: TypedResource<ReplicaSet> = namespaced(
  "apps/v1",
  "replicasets",
  "ReplicaSet",
);
export const DAEMON_SETS: TypedResource<DaemonSet> = namespaced(
  "apps/v1",
  "daemonsets",
  "DaemonSet",
);
export const STATEFUL_SETS: TypedResource<StatefulSet> = namespaced(
  "apps/v1",
  "statefulsets",
  "StatefulSet",
);
export const CONTROLLER_REVISIONS: TypedResource<ControllerRevision> = namespaced(
  "apps/v1",
  "controllerrevisions",
  "ControllerRevision",
);
export const JOBS: TypedResource<Job> = namespaced("batch/v1", "jobs", "Job");
export const CRON_JOBS: TypedResource<CronJob> = namespaced("batch/v1", "cronjobs", "CronJob");
export const POD_DISRUPTION_BUDGETS: TypedResource<PodDisruptionBudget> = namespaced(
  "policy/v1",
  "poddisruptionbudgets",
  "PodDisruptionBudget",
);
export const CUSTOM_RESOURCE_DEFINITIONS: TypedResource<CustomResourceDefinition> = clusterWide(
  "apiextensions.k8s.io/v1",
  "customresourcedefinitions",
  "CustomResourceDefinition",
);
export const ENI_CONFIGS: TypedResource<ENIConfig> = clusterWide(
  "crd.k8s.amazonaws.com/v1alpha1",
  "eniconfigs",
  "ENIConfig",
);
export const CNI_NODES: TypedResource<CNINode> = clusterWide(
  "vpcresources.k8s.aws/v1alpha1",
  "cninodes",
  "CNINode",
);
export const SECURITY_GROUP_POLICIES: TypedResource<SecurityGroupPolicy> = namespaced(
  "vpcresources.k8s.aws/v1beta1",
  "securitygrouppolicies",
  "SecurityGroupPolicy",
);
