import type { Result } from "../../../base/index.ts";
import { schemaOf } from "../schemas/definitions.ts";
import type { Schema } from "../schemas/schema.ts";
import { decodeMessage } from "./message.ts";
import { readFields, WireError } from "./wire.ts";

/** A request body that came as protobuf, as the JSON it stands for. */
export interface DecodedBody {
  readonly apiVersion: string;
  readonly kind: string;
  /** The whole object, with `apiVersion` and `kind`, as if it had been sent as JSON. */
  readonly object: Readonly<Record<string, unknown>>;
}

/** `unsupported`: a kind without a message here, 415; `malformed`: 400. */
export interface ProtobufProblem {
  readonly kind: "unsupported" | "malformed";
  readonly message: string;
}

const MAGIC = "k8s\0";

/** Decodes a body of type `application/vnd.kubernetes.protobuf`: the four bytes `k8s\0`, then a runtime.Unknown message. */
export function decodeProtobuf(body: Uint8Array): Result<DecodedBody, ProtobufProblem> {
  if (Buffer.from(body.subarray(0, 4)).toString("latin1") !== MAGIC) {
    return malformed("provided data does not appear to be a protobuf message, expected prefix k8s");
  }
  try {
    return decodeUnknown(body.subarray(4));
  } catch (error) {
    if (error instanceof WireError) return malformed(`protobuf: ${error.message}`);
    throw error;
  }
}

/** runtime.Unknown: 1 the type {1 apiVersion, 2 kind}, 2 the object's bytes. */
function decodeUnknown(bytes: Uint8Array): Result<DecodedBody, ProtobufProblem> {
  const fields = readFields(bytes);
  const type = readFields(fields.find((field) => field.number === 1)?.bytes ?? new Uint8Array());
  const text = (number: number): string =>
    Buffer.from(type.find((field) => field.number === number)?.bytes ?? []).toString("utf8");
  const [apiVersion, kind] = [text(1), text(2)];
  const schema = messageSchema(apiVersion, kind);
  if (schema === undefined) return unsupported(apiVersion, kind);
  const raw = fields.find((field) => field.number === 2)?.bytes ?? new Uint8Array();
  const object = { apiVersion, kind, ...decodeMessage(schema, raw) };
  return { ok: true, value: { apiVersion, kind, object } };
}

/** Options of a request are of `meta.k8s.io` whatever group version they are sent under. */
function messageSchema(apiVersion: string, kind: string): Schema | undefined {
  // Its schemas hold JSON in ways of their own; nobody sends it as protobuf.
  if (kind === "CustomResourceDefinition") return undefined;
  if (kind === "DeleteOptions") return schemaOf({ group: "meta.k8s.io", version: "v1", kind });
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  return schemaOf({ group, version, kind });
}

function unsupported(apiVersion: string, kind: string): Result<DecodedBody, ProtobufProblem> {
  const message = `the body of the request was in an unknown format (${apiVersion} ${kind} as protobuf) - accepted media types include: application/json, application/yaml`;
  return { ok: false, error: { kind: "unsupported", message } };
}

function malformed(message: string): Result<DecodedBody, ProtobufProblem> {
  return { ok: false, error: { kind: "malformed", message } };
}
