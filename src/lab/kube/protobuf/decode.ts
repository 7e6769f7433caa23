import type { Result } from "../../../base/index.ts";

/** A request body that came as protobuf, as the JSON it stands for. */
export interface DecodedBody {
  readonly apiVersion: string;
  readonly kind: string;
  /** The whole object, with `apiVersion` and `kind`, as if it had been sent as JSON. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** `unsupported`: a kind without a message here (415, the message names JSON as accepted); `malformed`: 400. */
export interface ProtobufProblem {
  readonly kind: "unsupported" | "malformed";
  readonly message: string;
}

/** Decodes a body of type `application/vnd.kubernetes.protobuf`: the four bytes `k8s\0`, then a runtime.Unknown message. */
export function decodeProtobuf(body: Uint8Array): Result<DecodedBody, ProtobufProblem> {
  void body;
  return { ok: false, error: { kind: "unsupported", message: "" } };
}
