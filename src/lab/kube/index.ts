export { berthCrds } from "./crds/berth-crds.ts";
export type { KubeObject, ManagedFields, ObjectMeta, OwnerReference } from "./kube-object.ts";
export { openKubeApi } from "./kube-api.ts";
export type { KubeApi, KubeApiOptions } from "./kube-api.ts";
export type { KubeTls } from "./kube-tls.ts";
export type { KubeletEndpoint } from "./kubelet-endpoint.ts";
export type { KubeListening } from "./server/listen.ts";
