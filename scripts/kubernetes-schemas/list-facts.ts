/**
 * How server-side apply treats lists, maps and structs: the markers `+listType`, `+listMapKey`, `+mapType` and
 * `+structType` of the Kubernetes API's sources, which are in no struct tag. A list that is not here is merged by the
 * key of its strategic merge patch, if it has one, and is atomic if not. Fields are written `<type>.<field>`.
 */
export const LIST_KEYS: Readonly<Record<string, readonly string[]>> = {
  "core/v1.Container.ports": ["containerPort", "protocol"],
  "core/v1.EphemeralContainer.ports": ["containerPort", "protocol"],
  "core/v1.PodSpec.topologySpreadConstraints": ["topologyKey", "whenUnsatisfiable"],
  "core/v1.ResourceRequirements.claims": ["name"],
  "core/v1.ServiceSpec.ports": ["port", "protocol"],
  "apiextensions/v1.CustomResourceDefinitionStatus.conditions": ["type"],
  "apiextensions/v1.JSONSchemaProps.x-kubernetes-validations": ["rule"],
};

/** Lists of plain values of which each is there once. */
export const SETS: readonly string[] = [
  "batch/v1.UncountedTerminatedPods.failed",
  "batch/v1.UncountedTerminatedPods.succeeded",
  "discovery/v1.Endpoint.addresses",
];

/** Types whose values are owned as a whole. */
export const ATOMIC_TYPES: readonly string[] = [
  "core/v1.ConfigMapKeySelector",
  "core/v1.LocalObjectReference",
  "core/v1.NodeSelector",
  "core/v1.NodeSelectorTerm",
  "core/v1.ObjectFieldSelector",
  "core/v1.ObjectReference",
  "core/v1.ResourceFieldSelector",
  "core/v1.ScopeSelector",
  "core/v1.SecretKeySelector",
  "core/v1.SecretReference",
  "core/v1.TopologySelectorTerm",
  "core/v1.TypedLocalObjectReference",
  "meta/v1.LabelSelector",
  "meta/v1.OwnerReference",
  "rbac/v1.RoleRef",
  "rbac/v1.Subject",
];

/** Maps that are owned as a whole. */
export const ATOMIC_MAPS: readonly string[] = [
  "core/v1.PodSpec.nodeSelector",
  "core/v1.ReplicationControllerSpec.selector",
  "core/v1.ServiceSpec.selector",
];
