import { NetlinkSocket } from "./netlink-socket.ts";
import { withNetns } from "./netns.ts";

/** Opens a socket of a namespace, the calling thread's own when no path is given. Close it. */
export function openNetlink(netns?: string): NetlinkSocket {
  return withNetns(netns, () => NetlinkSocket.openHere(netns));
}

/** Opens a socket of a namespace for the time of `action`. */
export function withNetlink<T>(netns: string | undefined, action: (socket: NetlinkSocket) => T): T {
  const socket = openNetlink(netns);
  try {
    return action(socket);
  } finally {
    socket.close();
  }
}
