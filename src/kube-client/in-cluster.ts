import type { KubeAccess } from "./kube-access.ts";

/** Where Kubernetes puts a pod's service account. */
export const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The access of a pod by its service account, or undefined outside of a cluster. The token is read again as it is rotated. */
export function inClusterAccess(
  env: Readonly<Record<string, string | undefined>>,
  tokenDir: string = SERVICE_ACCOUNT_DIR,
): KubeAccess | undefined {
  throw new Error(`being written: ${tokenDir} ${Object.keys(env).length}`);
}
