import {
  type Connection,
  dumpConnectionsRequest,
  parseConnection,
} from "./codec/connection-message.ts";
import { NetlinkSocket } from "./netlink-socket.ts";
import { withNetns } from "./netns.ts";

/**
 * The IPv4 connections of a namespace whose mark is `mark` under `mask`. Throws KernelError on a kernel without
 * nf_conntrack_netlink.
 */
export function listConnections(
  netns: string | undefined,
  { mark, mask }: { readonly mark: number; readonly mask: number },
): Connection[] {
  const socket = withNetns(netns, () => NetlinkSocket.openHere(netns, "netfilter"));
  try {
    const connections = socket.dump(dumpConnectionsRequest({ mark, mask })).map(parseConnection);
    return connections.filter(
      (connection): connection is Connection =>
        connection !== undefined && (connection.mark & mask) >>> 0 === mark,
    );
  } finally {
    socket.close();
  }
}
