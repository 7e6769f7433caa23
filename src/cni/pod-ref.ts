import type { Result } from "../base/index.ts";
import { CNI_CODES } from "./failure.ts";
import type { CniFailure } from "./failure.ts";

/** The pod a request is for, from CNI_ARGS. Texts are empty where the runtime does not say. */
export interface PodRef {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly infraContainerId: string;
}

const KNOWN = new Set([
  "IgnoreUnknown",
  "K8S_POD_NAME",
  "K8S_POD_NAMESPACE",
  "K8S_POD_UID",
  "K8S_POD_INFRA_CONTAINER_ID",
]);

/**
 * Reads `KEY=VALUE;KEY=VALUE`, the form that Kubernetes runtimes give CNI_ARGS. A key that is not known is an
 * error unless `IgnoreUnknown` is true, as in the reference library. Empty text is a pod without a name.
 */
export function parsePodRef(args: string): Result<PodRef, CniFailure> {
  const values = new Map<string, string>();
  for (const pair of args === "" ? [] : args.split(";")) {
    const parts = pair.split("=");
    const [key, value] = parts;
    if (parts.length !== 2 || key === undefined || value === undefined || key === "") {
      return invalid(`invalid pair "${pair}" in CNI_ARGS`);
    }
    values.set(key, value);
  }
  const unknown = [...values.keys()].filter((key) => !KNOWN.has(key));
  const ignoreUnknown = /^(1|true)$/i.test(values.get("IgnoreUnknown") ?? "");
  if (unknown.length > 0 && !ignoreUnknown)
    return invalid(`unknown args [${unknown.join(" ")}] in CNI_ARGS`);
  return {
    ok: true,
    value: {
      name: values.get("K8S_POD_NAME") ?? "",
      namespace: values.get("K8S_POD_NAMESPACE") ?? "",
      uid: values.get("K8S_POD_UID") ?? "",
      infraContainerId: values.get("K8S_POD_INFRA_CONTAINER_ID") ?? "",
    },
  };
}

function invalid(msg: string): { ok: false; error: CniFailure } {
  return { ok: false, error: { code: CNI_CODES.invalidEnvironment, msg } };
}
