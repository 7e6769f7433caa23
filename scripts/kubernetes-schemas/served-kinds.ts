/** Which types get into the data: these kinds and all that they reach. The key is the API group, `""` for core. */
export const SERVED_KINDS: Readonly<
  Record<string, { readonly package: string; readonly kinds: readonly string[] }>
> = {
  "/v1": {
    package: "k8s.io/api/core/v1",
    kinds: [
      "Binding",
      "ConfigMap",
      "Endpoints",
      "Event",
      "LimitRange",
      "Namespace",
      "Node",
      "PersistentVolume",
      "PersistentVolumeClaim",
      "Pod",
      "PodTemplate",
      "ReplicationController",
      "ResourceQuota",
      "Secret",
      "Service",
      "ServiceAccount",
    ],
  },
  "apps/v1": {
    package: "k8s.io/api/apps/v1",
    kinds: ["ControllerRevision", "DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"],
  },
  "authentication.k8s.io/v1": {
    package: "k8s.io/api/authentication/v1",
    kinds: ["SelfSubjectReview", "TokenRequest", "TokenReview"],
  },
  "authorization.k8s.io/v1": {
    package: "k8s.io/api/authorization/v1",
    kinds: [
      "LocalSubjectAccessReview",
      "SelfSubjectAccessReview",
      "SelfSubjectRulesReview",
      "SubjectAccessReview",
    ],
  },
  "autoscaling/v1": {
    package: "k8s.io/api/autoscaling/v1",
    kinds: ["HorizontalPodAutoscaler", "Scale"],
  },
  "autoscaling/v2": { package: "k8s.io/api/autoscaling/v2", kinds: ["HorizontalPodAutoscaler"] },
  "batch/v1": { package: "k8s.io/api/batch/v1", kinds: ["CronJob", "Job"] },
  "coordination.k8s.io/v1": { package: "k8s.io/api/coordination/v1", kinds: ["Lease"] },
  "discovery.k8s.io/v1": { package: "k8s.io/api/discovery/v1", kinds: ["EndpointSlice"] },
  "events.k8s.io/v1": { package: "k8s.io/api/events/v1", kinds: ["Event"] },
  "meta.k8s.io/v1": {
    package: "k8s.io/apimachinery/pkg/apis/meta/v1",
    kinds: ["DeleteOptions", "Status"],
  },
  "networking.k8s.io/v1": {
    package: "k8s.io/api/networking/v1",
    kinds: ["Ingress", "IngressClass", "NetworkPolicy"],
  },
  "policy/v1": {
    package: "k8s.io/api/policy/v1",
    kinds: ["Eviction", "PodDisruptionBudget"],
  },
  "policy/v1beta1": { package: "k8s.io/api/policy/v1beta1", kinds: ["Eviction"] },
  "rbac.authorization.k8s.io/v1": {
    package: "k8s.io/api/rbac/v1",
    kinds: ["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"],
  },
  "scheduling.k8s.io/v1": { package: "k8s.io/api/scheduling/v1", kinds: ["PriorityClass"] },
  "storage.k8s.io/v1": {
    package: "k8s.io/api/storage/v1",
    kinds: ["CSIDriver", "CSINode", "StorageClass"],
  },
  "apiextensions.k8s.io/v1": {
    package: "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1",
    kinds: ["CustomResourceDefinition"],
  },
};
