export type { Address, AddressKey } from "./codec/address-message.ts";
export { ALL_IPV4, ALL_IPV6, FAMILY, hostPrefix } from "./codec/ip.ts";
export type { Prefix } from "./codec/ip.ts";
export type { Link, VethEnd } from "./codec/link-message.ts";
export type { Neighbour, NeighbourSpec } from "./codec/neighbour-message.ts";
export { ROUTE_TYPE, SCOPE, TABLE } from "./codec/route-message.ts";
export type { Route, RouteMatch, RouteSpec } from "./codec/route-message.ts";
export type { Rule, RuleMatch } from "./codec/rule-message.ts";

export { addAddress, deleteAddress, listAddresses } from "./addresses.ts";
export { connectInNetns } from "./connect.ts";
export { setUpEni, subnetGateway, tearDownEni } from "./eni.ts";
export type { EniSettings } from "./eni.ts";
export { readRemains, setUpHost } from "./host.ts";
export type { HostSettings, HostSetUp } from "./host.ts";
export type { HostRemains } from "./host-remains.ts";
export { isErrno, KernelError } from "./kernel-error.ts";
export { checkEgress, EGRESS_CAPACITY, FIRST_EGRESS_ADDRESS } from "./ipv4-egress.ts";
export { setUpIpv6Host } from "./ipv6-host.ts";
export type { Ipv6HostSettings } from "./ipv6-host.ts";
export { egressOf, wireIpv6Pod } from "./ipv6-pod.ts";
export type { Ipv6PodWiring } from "./ipv6-pod.ts";
export {
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
export { applyNft } from "./nft.ts";
export type { NftCommand, NftNode } from "./nft.ts";
export { normalisePods } from "./normalise-pods.ts";
export type { KnownPod, NormalisedPods } from "./normalise-pods.ts";
export {
  DEFAULT_CONNECTION_MARK,
  DEFAULT_VETH_PREFIX,
  eniRouteTable,
  POD_GATEWAY,
  RULE_PRIORITY,
} from "./numbers.ts";
export { checkPod } from "./pod-check.ts";
export { hostVethName, podSuffix } from "./pod-names.ts";
export type { PodName } from "./pod-names.ts";
export type { PodWiring } from "./pod-wiring.ts";
export { unwirePod, wirePod } from "./pod.ts";
export type { WiredPod } from "./pod.ts";
export { addRoute, deleteRoute, listRoutes, replaceRoute, replaceRoutes } from "./routes.ts";
export { deleteRule, deleteRules, ensureRule, listRules } from "./rules.ts";
export { removeSnat } from "./remove-snat.ts";
export type { SnatSettings } from "./snat-ruleset.ts";
export { removeStockRules } from "./stock-rules.ts";
export type { StockRules } from "./stock-rules.ts";
export { readSysctl, writeSysctl } from "./sysctl.ts";
export type { SysctlKey } from "./sysctl.ts";
