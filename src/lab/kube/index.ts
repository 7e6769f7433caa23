export { berthCrds } from "./crds/berth-crds.ts";
export { openKubeApi } from "./kube-api.ts";
export type { KubeApi, KubeApiOptions } from "./kube-api.ts";
export type { KubeListening } from "./server/listen.ts";
