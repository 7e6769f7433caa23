import { existsSync, readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { BerthError } from "../base/index.ts";
import type { KubeAccess } from "./kube-access.ts";
import { tokenFileReader } from "./token-file.ts";

/** Where Kubernetes puts a pod's service account. */
export const SERVICE_ACCOUNT_DIR = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * The access of a pod by its service account, or undefined outside of a cluster (`KUBERNETES_SERVICE_HOST` and
 * `KUBERNETES_SERVICE_PORT` are not set). The token is read again as it is rotated. Throws a BerthError if the account's
 * files are missing.
 */
export function inClusterAccess(
  env: Readonly<Record<string, string | undefined>>,
  tokenDir: string = SERVICE_ACCOUNT_DIR,
): KubeAccess | undefined {
  const host = env["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = env["KUBERNETES_SERVICE_PORT"] ?? "";
  if (host === "" || port === "") return undefined;
  const tokenFile = join(tokenDir, "token");
  if (!existsSync(tokenFile))
    throw new BerthError(
      "kubeNoServiceAccount",
      `This process runs in a cluster, but ${tokenFile} does not exist.`,
      {
        fix: "Give the pod a service account and do not set automountServiceAccountToken to false.",
      },
    );
  const caFile = join(tokenDir, "ca.crt");
  const namespaceFile = join(tokenDir, "namespace");
  const token = tokenFileReader(() => readFile(tokenFile, "utf8"));
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca: existsSync(caFile) ? readFileSync(caFile, "utf8") : undefined,
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, "utf8").trim() : "default",
    credentials: async ({ renew = false } = {}) => ({ token: await token(renew) }),
  };
}
