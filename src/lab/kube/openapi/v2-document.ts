import type { DescribedKind, Json } from "./described-kind.ts";
import { KIND_EXTENSION } from "./described-kind.ts";
import { type Operation, operationExtensions, type PathOperations, pathsOf } from "./operations.ts";
import { type ReachedType, reachedTypes } from "./reached-types.ts";
import { schemaJson } from "./schema-json.ts";

/** What the OpenAPI 2.0 document is made of, before it is written as JSON or protobuf. */
export interface V2Parts {
  readonly gitVersion: string;
  readonly paths: readonly PathOperations[];
  readonly definitions: readonly (readonly [string, Json])[];
}

/** The parts of the OpenAPI 2.0 document of all kinds. */
export function v2Parts(kinds: readonly DescribedKind[], gitVersion: string): V2Parts {
  return {
    gitVersion,
    paths: kinds.flatMap(pathsOf),
    definitions: reachedTypes(kinds).map((type) => [type.name, definitionJson(type)]),
  };
}

function definitionJson({ schema, kinds }: ReachedType): Json {
  return {
    ...schemaJson(schema, "v2"),
    ...(kinds.length === 0 ? {} : { [KIND_EXTENSION]: kinds }),
  };
}

/** The document as JSON. */
export function v2Json({ gitVersion, paths, definitions }: V2Parts): Json {
  return {
    swagger: "2.0",
    info: { title: "Kubernetes", version: gitVersion },
    paths: Object.fromEntries(
      paths.map(({ path, operations }) => [
        path,
        Object.fromEntries(operations.map((it) => [it.method, operationJson(it)])),
      ]),
    ),
    definitions: Object.fromEntries(definitions),
  };
}

function operationJson(operation: Operation): Json {
  return {
    operationId: operation.id,
    parameters: operation.parameters.map((it) => ({ ...it, in: "query", type: "string" })),
    responses: { "200": { description: "OK" } },
    ...operationExtensions(operation),
  };
}
