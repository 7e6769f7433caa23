import type { KubeAccess } from "./kube-access.ts";

/** The access that the current context of a kubeconfig describes. Rejects with a BerthError that names the file and the field. */
export async function readKubeconfig(
  file: string,
  options: { readonly context?: string | undefined } = {},
): Promise<KubeAccess> {
  throw new Error(`being written: ${file} ${String(options.context)}`);
}
