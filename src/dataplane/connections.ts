import {
  type Connection,
  dumpConnectionsRequest,
  parseConnection,
} from "./codec/connection-message.ts";
import { NetlinkSocket } from "./netlink-socket.ts";
import { withNetns } from "./netns.ts";

/**
 * The IPv4 connections of a namespace that have all bits of a mark. Throws KernelError on a kernel without
 * nf_conntrack_netlink.
 */
export function listMarkedConnections(netns: string | undefined, mark: number): Connection[] {
  const socket = withNetns(netns, () => NetlinkSocket.openHere(netns, "netfilter"));
  try {
    const connections = socket.dump(dumpConnectionsRequest(mark)).map(parseConnection);
    return connections.filter(
      (connection): connection is Connection =>
        connection !== undefined && (connection.mark & mark) >>> 0 === mark,
    );
  } finally {
    socket.close();
  }
}
