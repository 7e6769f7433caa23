export { describeApi, OPENAPI_V2_CONTENT_TYPE } from "./describe-api.ts";
export type { ApiDescription } from "./describe-api.ts";
export type { DescribedKind } from "./described-kind.ts";
