import type { KindDefinition } from "../kinds/kind-definition.ts";
import type { KubeObject } from "../kube-object.ts";
import { type IncludeObject, newTable, partialObjectMetadata } from "../printing/table.ts";
import { jsonText } from "../storage/json-text.ts";

/** In which shape a client wants objects. */
export type Format =
  | { readonly kind: "object" }
  | { readonly kind: "partial"; readonly version: "v1" | "v1beta1" }
  | {
      readonly kind: "table";
      readonly version: "v1" | "v1beta1";
      readonly includeObject: IncludeObject;
    };

/** Two formats with the same key give the same text for the same object. */
export function formatKey(format: Format): string {
  switch (format.kind) {
    case "object":
      return "object";
    case "partial":
      return `partial/${format.version}`;
    case "table":
      return `table/${format.version}/${format.includeObject}`;
  }
}

/** One object, as JSON in a format. */
export function formatOne(
  kind: KindDefinition,
  object: KubeObject,
  { format, nowMs, withColumns = true }: { format: Format; nowMs: number; withColumns?: boolean },
): string {
  switch (format.kind) {
    case "object":
      return jsonText(object);
    case "partial":
      return JSON.stringify(partialObjectMetadata(object, format.version));
    case "table": {
      const { resourceVersion } = object.metadata;
      return JSON.stringify(
        newTable({
          kind,
          objects: [object],
          metadata: resourceVersion === undefined ? {} : { resourceVersion },
          includeObject: format.includeObject,
          version: format.version,
          withColumns,
          nowMs,
        }),
      );
    }
  }
}
