/** A pod that needs an address, as a CNI plugin would be told of it. */
export interface NetworkedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** The id of its sandbox, new at each attempt. */
  readonly sandboxId: string;
}

/** What adding a pod came to. */
export type NetworkAnswer =
  | { readonly ok: true; readonly address: string }
  /** Why there is no address, in the CNI plugin's words: `plugin type="berth-cni" failed (add): …`. */
  | { readonly ok: false; readonly message: string };

/** The pod network of a simulated node: what a CNI plugin and the agent behind it are on a real one. */
export interface PodNetwork {
  /** Whether addresses can be given at all: what CRI calls NetworkReady. */
  readonly ready: boolean;
  /** Is told when `ready` changes, until the returned function is called. */
  onReadyChange(listener: () => void): () => void;
  add(pod: NetworkedPod): Promise<NetworkAnswer>;
  /** No error when the pod is not known. Rejects when it has to be tried again. */
  remove(pod: NetworkedPod): Promise<void>;
}
