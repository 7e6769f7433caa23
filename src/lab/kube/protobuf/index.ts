export { decodeProtobuf } from "./decode.ts";
export type { DecodedBody, ProtobufProblem } from "./decode.ts";
