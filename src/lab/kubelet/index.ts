export { startKubelet } from "./kubelet.ts";
export type { ApiServerService, Kubelet, KubeletOptions } from "./kubelet.ts";
export type { KubeletNode } from "./kubelet-node.ts";
export type { NetworkAnswer, NetworkedPod, PodNetwork } from "./pod-network.ts";
export { PodSplitter } from "./pod-source.ts";
export { openCriRuntime } from "./cri-runtime.ts";
export { openMemoryRuntime } from "./memory-runtime.ts";
export type { Program, StartProgram } from "./program.ts";
