export { describeApi, OPENAPI_V2_CONTENT_TYPE } from "./describe-api.ts";
export type { ApiDescription, DescribedKind } from "./describe-api.ts";
