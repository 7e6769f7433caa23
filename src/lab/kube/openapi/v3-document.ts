import { schemaOf } from "../schemas/definitions.ts";
import {
  type DescribedKind,
  definitionNameOf,
  type Json,
  KIND_EXTENSION,
} from "./described-kind.ts";
import { type Operation, operationExtensions, type PathOperations, pathsOf } from "./operations.ts";
import { reachedTypes } from "./reached-types.ts";
import { schemaJson } from "./schema-json.ts";

/** The OpenAPI 3.0 document of one group version. */
export function v3Document(kinds: readonly DescribedKind[], gitVersion: string): Json {
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: gitVersion },
    paths: Object.fromEntries(
      kinds.flatMap((kind) => pathsOf(kind).map((path) => [path.path, pathItem(kind, path)])),
    ),
    components: {
      schemas: Object.fromEntries(
        reachedTypes(kinds).map(({ name, schema, kinds: own }) => [
          name,
          {
            ...schemaJson(schema, "v3"),
            ...(own.length === 0 ? {} : { [KIND_EXTENSION]: own }),
          },
        ]),
      ),
    },
  };
}

function pathItem(kind: DescribedKind, { path, operations }: PathOperations): Json {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
  return {
    ...Object.fromEntries(operations.map((it) => [it.method, operationJson(kind, it)])),
    parameters: names.map((name) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    })),
  };
}

function operationJson(kind: DescribedKind, operation: Operation): Json {
  const name = definitionNameOf(kind, schemaOf(kind));
  const content = {
    "application/json": { schema: { $ref: `#/components/schemas/${name}` } },
  };
  const { method, hasObject } = operation;
  return {
    operationId: operation.id,
    parameters: operation.parameters.map((parameter) => ({
      ...parameter,
      in: "query",
      schema: { type: "string", uniqueItems: true },
    })),
    ...(hasObject && (method === "post" || method === "put") ? { requestBody: { content } } : {}),
    responses: { "200": { description: "OK", ...(hasObject ? { content } : {}) } },
    ...operationExtensions(operation),
  };
}
