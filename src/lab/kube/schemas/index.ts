export { dropUnknown, unknownFields } from "./unknown-fields.ts";
export { resolveSchema, schemaOf } from "./definitions.ts";
export { decodeError } from "./decode-error.ts";
export { listMergeAt } from "./list-merge.ts";
export type { GroupVersionKind, ListMerge, Schema } from "./schema.ts";
