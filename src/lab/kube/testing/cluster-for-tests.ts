import type { KubeApiOptions } from "../index.ts";
import { startKube, type TestKube } from "./kube-for-tests.ts";

/** The path of the pods in the namespace `default`. */
export const PODS = "/api/v1/namespaces/default/pods";

/** A server whose namespace `default` is ready for pods. */
export async function startReadyKube(options?: Partial<KubeApiOptions>): Promise<TestKube> {
  const kube = await startKube(options);
  await kube.send("POST", "/api/v1/namespaces/default/serviceaccounts", {
    body: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } },
  });
  return kube;
}
