import { KubeError } from "./kube-error.ts";

const UNTRUSTED = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
]);

/** Why a request to `address` has no answer: the connection's error, or a sentence's end. */
export function noAnswer(
  address: string,
  reason: "Unreachable" | "TimedOut" | "Closed",
  why: Error | string,
): KubeError {
  if (why instanceof KubeError) return why;
  const code = why instanceof Error ? (why as NodeJS.ErrnoException).code : undefined;
  const untrusted = code !== undefined && UNTRUSTED.has(code);
  const text = why instanceof Error ? messageOf(why) : why;
  return new KubeError({
    status: 0,
    reason: untrusted ? "Untrusted" : reason,
    message: `No answer from the Kubernetes API at ${address}: ${text}`,
    fix: untrusted
      ? "Check that the certificate authority and the address of the kubeconfig belong to this server."
      : `Check that the API server is up and that ${address} is its address and can be reached from here.`,
    cause: why instanceof Error ? why : undefined,
  });
}

// When a name has several addresses Node reports an AggregateError with an empty message.
function messageOf(error: Error): string {
  if (error instanceof AggregateError && error.message === "")
    return error.errors.map((each: unknown) => (each as Error).message).join("; ");
  return error.message;
}
