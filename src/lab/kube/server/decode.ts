import { parseAllDocuments } from "yaml";
import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import { decodeProtobuf } from "../protobuf/decode.ts";
import { decodeError } from "../schemas/decode-error.ts";
import { dropUnknown, unknownFields } from "../schemas/unknown-fields.ts";
import { apiVersionOf, type Cluster } from "./cluster.ts";
import { nestsTooDeep } from "./nesting.ts";
import { badRequest, unsupportedMediaType } from "./status-error.ts";

/** A request's body, and what its header says of it. */
export interface RawBody {
  readonly bytes: Buffer;
  /** The `Content-Type` header. */
  readonly type: string | undefined;
}

const DECODED = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** The media type of a `Content-Type` header, without parameters. Absent means JSON. */
export function mediaType(header: string | undefined): string {
  const type = (header ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return type === "" ? "application/json" : type;
}

/** The value that a body stands for. `expected` is a kind, for the message. Throws StatusError. */
export function decodeBody({ bytes, type }: RawBody, expected: string): unknown {
  switch (mediaType(type)) {
    case "application/json":
      return parseJson(bytes, expected);
    case "application/yaml":
    case "application/x-yaml":
    case "text/yaml":
      return parseYaml(bytes, expected);
    case "application/vnd.kubernetes.protobuf": {
      const decoded = decodeProtobuf(bytes);
      if (decoded.ok) return decoded.value.object;
      if (decoded.error.kind === "malformed") throw badRequest(decoded.error.message);
      throw unsupportedMediaType(DECODED.slice(0, 2));
    }
    default:
      throw unsupportedMediaType(DECODED);
  }
}

/** Refuses a body that nests so deep that nobody can have meant it. Throws StatusError. */
export function requireShallow(bytes: Buffer): void {
  if (nestsTooDeep(bytes)) throw badRequest("exceeded max depth");
}

function parseJson(bytes: Buffer, expected: string): unknown {
  requireShallow(bytes);
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw unrecognized(expected, `couldn't get version/kind; json parse error: ${why}`, bytes);
  }
}

/** Reads YAML (or JSON) of one document. Throws StatusError. */
export function parseYaml(bytes: Buffer, expected: string): unknown {
  requireShallow(bytes);
  const [document] = parseAllDocuments(bytes.toString(), { maxAliasCount: 100 } as object);
  if (document === undefined || !("errors" in document)) return undefined;
  const [error] = document.errors;
  if (error !== undefined) {
    throw unrecognized(expected, `error converting YAML to JSON: yaml: ${error.message}`, bytes);
  }
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (problem) {
    throw unrecognized(expected, `error converting YAML to JSON: yaml: ${String(problem)}`, bytes);
  }
}

function unrecognized(expected: string, why: string, bytes: Buffer): Error {
  return badRequest(
    `the object provided is unrecognized (must be of type ${expected}): ${why} (${summary(bytes)})`,
  );
}

function summary(bytes: Buffer): string {
  if (bytes.length === 0) return "<empty>";
  const text = bytes.subarray(0, 30);
  const rest = bytes.length > 30 ? " ..." : "";
  return `${bytes[0] === 0x7b ? text.toString() : text.toString("hex")}${rest}`;
}

/** How strict a request wants its fields to be looked at. */
export interface FieldCheck {
  /** `Strict` refuses fields that the kind does not know, `Warn` tells of them; they are dropped in any case. */
  readonly mode: "Strict" | "Warn" | "Ignore";
  readonly warn: (text: string) => void;
  /** The refusal for the reason given; 400 unless it is told otherwise. */
  readonly refuse?: (why: string) => Error;
}

/**
 * Makes an object of a kind from a decoded body: of the right kind and version (filled in where the body doesn't say), of
 * the types that its schema asks for. Throws StatusError.
 */
export function objectOf(cluster: Cluster, kind: KindDefinition, decoded: unknown): KubeObject {
  const object = identifiedObject(kind, decoded);
  const problem = typeProblem(cluster, kind, object);
  if (problem !== undefined) throw cannotHandle(kind, problem);
  return object;
}

/** Why the object is not of the types that its kind's schema asks for, if so. */
export function typeProblem(
  cluster: Cluster,
  kind: KindDefinition,
  object: KubeObject,
): string | undefined {
  const schema = cluster.schemaOf(kind);
  return schema === undefined ? metadataProblem(object) : decodeError(schema, object);
}

/** As `objectOf`, but whatever its types are. Throws StatusError. */
export function identifiedObject(kind: KindDefinition, decoded: unknown): KubeObject {
  const about = `the object provided is unrecognized (must be of type ${kind.kind})`;
  if (typeof decoded !== "object" || decoded === null || Array.isArray(decoded)) {
    throw badRequest(`${about}: couldn't get version/kind; the body is not an object`);
  }
  const given = decoded as Readonly<Record<string, unknown>>;
  const expected = apiVersionOf(kind);
  const { apiVersion = expected, kind: name = kind.kind, metadata, ...rest } = given;
  if (typeof apiVersion !== "string" || typeof name !== "string") {
    throw badRequest(`${about}: couldn't get version/kind; apiVersion and kind must be texts`);
  }
  if (name !== "" && name !== kind.kind) {
    throw badRequest(
      `${name} in version ${JSON.stringify(versionPart(apiVersion))} cannot be handled as a ${kind.kind}: no kind ${JSON.stringify(name)} is registered for this path`,
    );
  }
  if (apiVersion !== "" && apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  return {
    apiVersion: expected,
    kind: kind.kind,
    metadata: metadata ?? {},
    ...rest,
  } as KubeObject;
}

/** The object without the fields that its kind does not know; what becomes of them is for the caller to choose. Throws StatusError. */
export function checkFields(
  cluster: Cluster,
  kind: KindDefinition,
  object: KubeObject,
  { mode, warn, refuse = (why) => cannotHandle(kind, why) }: FieldCheck,
): KubeObject {
  const schema = cluster.schemaOf(kind);
  if (schema === undefined) return object;
  if (mode !== "Ignore") {
    const unknown = unknownFields(schema, object).map((path) => `unknown field "${path}"`);
    if (mode === "Strict" && unknown.length > 0) {
      throw refuse(`strict decoding error: ${unknown.join(", ")}`);
    }
    for (const text of unknown) warn(text);
    if (unknown.length === 0) return object;
  }
  return dropUnknown(schema, object);
}

function cannotHandle(kind: KindDefinition, why: string): Error {
  return badRequest(
    `${kind.kind} in version ${JSON.stringify(kind.version)} cannot be handled as a ${kind.kind}: ${why}`,
  );
}

function metadataProblem({ metadata }: KubeObject): string | undefined {
  return typeof metadata === "object" && !Array.isArray(metadata)
    ? undefined
    : "json: cannot unmarshal into Go struct field .metadata of type v1.ObjectMeta";
}

function versionPart(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf("/") + 1);
}
