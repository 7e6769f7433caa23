import type { Cell, Column, KindDefinition, RowCondition } from "../kinds/kind-definition.ts";
import type { KubeObject, ObjectMeta } from "../kube-object.ts";

/** Which object a row of a Table carries (the query parameter `includeObject`). */
export type IncludeObject = "None" | "Metadata" | "Object";

/** An object reduced to its metadata, as rows of Tables carry it. */
export interface PartialObjectMetadata {
  readonly kind: "PartialObjectMetadata";
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
}

/** A Table of meta.k8s.io/v1 (or v1beta1): what the human formats of `kubectl get` print. */
export interface Table {
  readonly kind: "Table";
  readonly apiVersion: string;
  readonly metadata: {
    readonly resourceVersion?: string;
    readonly continue?: string;
    readonly remainingItemCount?: number;
  };
  /** Empty in all but the first event of a watch. */
  readonly columnDefinitions: readonly TableColumn[];
  readonly rows: readonly TableRow[];
}

/** A column of a Table. */
export interface TableColumn extends Column {
  readonly format: string;
  readonly description: string;
}

/** A row of a Table; `object` is absent with `includeObject=None`. */
export interface TableRow {
  readonly cells: readonly Cell[];
  readonly conditions?: readonly RowCondition[];
  readonly object?: KubeObject | PartialObjectMetadata;
}

/** What `newTable` needs. */
export interface TableRequest {
  readonly kind: KindDefinition;
  readonly objects: readonly KubeObject[];
  /** Of the list, or of the one object. */
  readonly metadata: Table["metadata"];
  readonly includeObject: IncludeObject;
  readonly version?: "v1" | "v1beta1";
  /** False in all but the first event of a watch. */
  readonly withColumns?: boolean;
  readonly nowMs: number;
}

/** The Table of some objects of one kind. */
export function newTable(request: TableRequest): Table {
  const { kind, objects, metadata, includeObject, nowMs } = request;
  const version = request.version ?? "v1";
  return {
    kind: "Table",
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: (request.withColumns ?? true) ? kind.columns.map(tableColumn) : [],
    rows: objects.map((object) => ({
      ...kind.row(object, { nowMs }),
      ...included(object, includeObject, version),
    })),
  };
}

/** `PartialObjectMetadata` of an object, also served by itself (`as=PartialObjectMetadata`). */
export function partialObjectMetadata(
  object: KubeObject,
  version: "v1" | "v1beta1" = "v1",
): PartialObjectMetadata {
  return {
    kind: "PartialObjectMetadata",
    apiVersion: `meta.k8s.io/${version}`,
    metadata: object.metadata,
  };
}

function tableColumn(column: Column): TableColumn {
  return { ...column, format: column.format ?? "", description: column.description ?? "" };
}

function included(
  object: KubeObject,
  mode: IncludeObject,
  version: "v1" | "v1beta1",
): { object?: KubeObject | PartialObjectMetadata } {
  switch (mode) {
    case "None":
      return {};
    case "Metadata":
      return { object: partialObjectMetadata(object, version) };
    case "Object":
      return { object };
  }
}
