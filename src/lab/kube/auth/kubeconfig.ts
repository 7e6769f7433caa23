import { stringify } from "yaml";
import type { Credential } from "./authority.ts";

const CLUSTER = "berth";
const USER = "berth-admin";

/** A kubeconfig with one context: a server, the authority of its certificate, and a user with a certificate. */
export function kubeconfigText(
  server: string,
  { ca, user }: { readonly ca: string; readonly user: Credential },
): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: CLUSTER, cluster: { server, "certificate-authority-data": base64(ca) } }],
    users: [
      {
        name: USER,
        user: {
          "client-certificate-data": base64(user.cert),
          "client-key-data": base64(user.key),
        },
      },
    ],
    contexts: [{ name: CLUSTER, context: { cluster: CLUSTER, user: USER } }],
    "current-context": CLUSTER,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}
