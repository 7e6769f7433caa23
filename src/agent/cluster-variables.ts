/** How the agent finds Kubernetes, and who it is there. */
export const CLUSTER_VARIABLES = {
  MY_NODE_NAME: {
    meaning: "name of the node in Kubernetes; without it the agent does without Kubernetes",
    kind: "text",
    default: undefined,
  },
  MY_POD_NAME: {
    meaning: "name of the agent's own pod in kube-system, for events about it",
    kind: "text",
    default: undefined,
  },
  KUBERNETES_SERVICE_HOST: {
    meaning: "host of the Kubernetes API; the kubelet sets it",
    kind: "text",
    default: undefined,
  },
  KUBERNETES_SERVICE_PORT: {
    meaning: "port of the Kubernetes API; the kubelet sets it",
    kind: "text",
    default: undefined,
  },
  CLUSTER_ENDPOINT: {
    meaning: "URL of the Kubernetes API, if not at KUBERNETES_SERVICE_HOST",
    difference: "an empty value is one that is not set",
    kind: "text",
    default: undefined,
  },
  KUBECONFIG: {
    meaning: "file that says how to reach the Kubernetes API, if not as the pod's service account",
    kind: "text",
    default: undefined,
  },
} as const;
