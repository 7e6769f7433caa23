export { CONFLIST_FILE, NETWORK_NAME, PLUGIN_TYPE, renderConflist } from "./conflist.ts";
export type { ConflistSettings } from "./conflist.ts";
export type { CniCommand, ContainerCommand } from "./environment.ts";
export { CNI_CODES, renderFailure } from "./failure.ts";
export type { CniCode, CniFailure } from "./failure.ts";
export { decodeCall, decodeReply, encodeCall, encodeReply, FRAME_MAX_BYTES } from "./frame.ts";
export type { CniCall, CniReply } from "./frame.ts";
export {
  DEFAULT_MTU,
  DEFAULT_VETH_PREFIX,
  LEAST_MTU,
  VETH_PREFIX_MAX_LENGTH,
} from "./network-config.ts";
export type { NetworkConfig, ValidAttachment } from "./network-config.ts";
export type { PodRef } from "./pod-ref.ts";
export { findWiring } from "./previous-result.ts";
export type {
  PreviousIp,
  PreviousInterface,
  PreviousResult,
  PreviousWiring,
} from "./previous-result.ts";
export { parseRequest } from "./request.ts";
export type { CniRequest, ContainerRequest } from "./request.ts";
export { renderAddResult, renderVersions } from "./result.ts";
export type { PodWiring } from "./result.ts";
export { CNI_VERSIONS, NEWEST_CNI_VERSION } from "./version.ts";
export type { CniVersion } from "./version.ts";
