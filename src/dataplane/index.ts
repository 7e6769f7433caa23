export type { Address, AddressKey } from "./codec/address-message.ts";
export type { Ip, Prefix } from "./codec/ip.ts";
export { hostPrefix } from "./codec/ip.ts";
export type { Link, VethEnd } from "./codec/link-message.ts";
export type { Neighbour, NeighbourSpec } from "./codec/neighbour-message.ts";
export { ROUTE_TYPE, SCOPE, TABLE } from "./codec/route-message.ts";
export type { Route, RouteMatch, RouteSpec } from "./codec/route-message.ts";
export type { Rule, RuleMatch } from "./codec/rule-message.ts";

export { addAddress, deleteAddress, listAddresses } from "./addresses.ts";
export { isErrno, KernelError } from "./kernel-error.ts";
export {
  addDummyLink,
  addVethPair,
  deleteLink,
  findLink,
  findLinkByMac,
  getLink,
  listLinks,
  moveLink,
  setLink,
} from "./links.ts";
export type { VethPair } from "./links.ts";
export { listenInNetns } from "./listen.ts";
export type { EndPoint } from "./listen.ts";
export { deleteNeighbour, listNeighbours, replaceNeighbour } from "./neighbours.ts";
export { openNetlink, withNetlink } from "./netlink-session.ts";
export type { NetlinkSocket } from "./netlink-socket.ts";
export {
  createNetns,
  deleteNetns,
  isNamespacePath,
  listNetns,
  netnsPath,
  OWN_NETNS,
  sameNamespace,
  withNetns,
} from "./netns.ts";
export { addRoute, deleteRoute, listRoutes, replaceRoute, replaceRoutes } from "./routes.ts";
export { deleteRule, deleteRules, ensureRule, listRules } from "./rules.ts";
export { readSysctl, writeSysctl } from "./sysctl.ts";
export type { SysctlKey } from "./sysctl.ts";
