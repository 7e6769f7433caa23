export { accessKeyOf } from "./credentials.ts";
export { createImds } from "./imds.ts";
export { metadataInMemory } from "./metadata-in-memory.ts";
export type { InstanceReader } from "./metadata-in-memory.ts";
