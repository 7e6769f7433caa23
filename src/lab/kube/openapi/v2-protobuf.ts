import protobuf from "protobufjs/minimal.js";
import type { Json } from "./described-kind.ts";
import {
  type Method,
  type Operation,
  operationExtensions,
  type PathOperations,
} from "./operations.ts";
import type { V2Parts } from "./v2-document.ts";

// Field numbers of gnostic's openapiv2 messages (OpenAPIv2.proto), those that kubectl reads.
const DOCUMENT = { swagger: 1, info: 2, paths: 8, definitions: 9 } as const;
const INFO = { title: 1, version: 2 } as const;
const PATHS = { path: 2 } as const;
const PATH_ITEM: Readonly<Record<Method, number>> = {
  get: 2,
  put: 3,
  post: 4,
  delete: 5,
  patch: 8,
};
const OPERATION = { operationId: 5, parameters: 8, vendorExtension: 13 } as const;
const PARAMETER = { parameter: 1, nonBody: 2, query: 3 } as const;
const QUERY = { in: 2, description: 3, name: 4, type: 6 } as const;
const NAMED = { name: 1, value: 2 } as const;
const ANY = { yaml: 2 } as const;
const SCHEMA = {
  $ref: 1,
  format: 2,
  description: 4,
  required: 19,
  additionalProperties: 21,
  type: 22,
  items: 23,
  properties: 25,
  vendorExtension: 31,
} as const;
/** Messages that hold one other thing hold it in this field. */
const ONLY = 1;

/** A part of a message: a field number, and a text or the bytes of a message. */
type Part = readonly [number, string | Uint8Array];

/** The OpenAPI 2.0 document as the protobuf message in which kubectl reads it. */
export function v2Protobuf({ gitVersion, paths, definitions }: V2Parts): Uint8Array {
  return message([
    [DOCUMENT.swagger, "2.0"],
    [
      DOCUMENT.info,
      message([
        [INFO.title, "Kubernetes"],
        [INFO.version, gitVersion],
      ]),
    ],
    [DOCUMENT.paths, message(paths.map((path) => [PATHS.path, named(path.path, pathItem(path))]))],
    [
      DOCUMENT.definitions,
      message(definitions.map(([name, schema]) => [ONLY, named(name, schemaMessage(schema))])),
    ],
  ]);
}

function pathItem({ operations }: PathOperations): Uint8Array {
  return message(operations.map((it) => [PATH_ITEM[it.method], operationMessage(it)]));
}

function operationMessage(operation: Operation): Uint8Array {
  return message([
    [OPERATION.operationId, operation.id],
    ...operation.parameters.map(({ name, description }): Part => {
      const query = message([
        [QUERY.in, "query"],
        [QUERY.description, description],
        [QUERY.name, name],
        [QUERY.type, "string"],
      ]);
      const nonBody = message([[PARAMETER.query, query]]);
      return [
        OPERATION.parameters,
        message([[PARAMETER.parameter, message([[PARAMETER.nonBody, nonBody]])]]),
      ];
    }),
    ...extensions(operationExtensions(operation), OPERATION.vendorExtension),
  ]);
}

function schemaMessage(schema: Json): Uint8Array {
  const { $ref, format, description, required, additionalProperties, type, items, properties } =
    schema as SchemaJson;
  return message([
    ...text(SCHEMA.$ref, $ref),
    ...text(SCHEMA.format, format),
    ...text(SCHEMA.description, description),
    ...(required ?? []).map((name): Part => [SCHEMA.required, name]),
    ...wrapped(SCHEMA.additionalProperties, additionalProperties),
    ...(type === undefined ? [] : [[SCHEMA.type, message([[ONLY, type]])] as const]),
    ...wrapped(SCHEMA.items, items),
    ...(properties === undefined
      ? []
      : [[SCHEMA.properties, propertiesMessage(properties)] as const]),
    ...extensions(schema, SCHEMA.vendorExtension),
  ]);
}

/** The keys of a schema that have a field of their own. */
interface SchemaJson {
  readonly $ref?: string;
  readonly format?: string;
  readonly description?: string;
  readonly required?: readonly string[];
  readonly additionalProperties?: Json;
  readonly type?: string;
  readonly items?: Json;
  readonly properties?: Readonly<Record<string, Json>>;
}

function propertiesMessage(properties: Readonly<Record<string, Json>>): Uint8Array {
  return message(
    Object.entries(properties).map(([name, inner]) => [ONLY, named(name, schemaMessage(inner))]),
  );
}

function wrapped(number: number, schema: Json | undefined): readonly Part[] {
  return schema === undefined ? [] : [[number, message([[ONLY, schemaMessage(schema)]])]];
}

function text(number: number, value: string | undefined): readonly Part[] {
  return value === undefined ? [] : [[number, value]];
}

/** Their values are YAML, of which JSON is a part. */
function extensions(of: Json, number: number): readonly Part[] {
  return Object.entries(of)
    .filter(([name]) => name.startsWith("x-"))
    .map(([name, value]) => [number, named(name, message([[ANY.yaml, JSON.stringify(value)]]))]);
}

function named(name: string, value: Uint8Array): Uint8Array {
  return message([
    [NAMED.name, name],
    [NAMED.value, value],
  ]);
}

function message(parts: readonly Part[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [number, value] of parts) {
    const field = writer.uint32((number << 3) | 2);
    if (typeof value === "string") field.string(value);
    else field.bytes(value);
  }
  return writer.finish();
}
