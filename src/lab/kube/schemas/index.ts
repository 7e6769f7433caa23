export { decodeError } from "./decode-error.ts";
export { definition, resolveSchema, schemaOf } from "./definitions.ts";
export { fieldOf, listMergeAt } from "./list-merge.ts";
export type { GroupVersionKind, ListMerge, Schema } from "./schema.ts";
export { dropUnknown, unknownFields } from "./unknown-fields.ts";
