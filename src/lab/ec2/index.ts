export { privateDnsName } from "./dns-name.ts";
export type { Ec2Api } from "./ec2-api.ts";
export { createEc2Api } from "./ec2-api.ts";
export type { QueryAnswer, QueryRequest } from "./query-api.ts";
export { EniHistory } from "./eni-history.ts";
export { NO_LATENCY, TYPICAL_LATENCY } from "./latency.ts";
export { PUBLISHED_THROTTLE } from "./throttle.ts";
export type { CallLog } from "./call-log.ts";
