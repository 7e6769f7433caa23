export { accessKeyOf } from "./credentials.ts";
export { createImds, DEFAULT_METADATA_OPTIONS } from "./imds.ts";
export type { ImdsOptions } from "./imds.ts";
export type { MetadataServer } from "./server.ts";
export { TYPICAL_LAG } from "./shown-interfaces.ts";
export type { MetadataLag } from "./shown-interfaces.ts";
