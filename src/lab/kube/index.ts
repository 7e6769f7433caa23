export type { KubeObject, ManagedFields, ObjectMeta, OwnerReference } from "./kube-object.ts";
export { openKubeApi } from "./kube-api.ts";
export type {
  KubeApi,
  KubeApiOptions,
  KubeletEndpoint,
  KubeListening,
  KubeTls,
} from "./kube-api.ts";
