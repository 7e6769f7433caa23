import { setLinkRequest } from "./codec/link-message.ts";
import { NetlinkSocket } from "./netlink-socket.ts";

/** The number of `lo` in every namespace. */
const LOOPBACK_INDEX = 1;

/** Brings `lo` up in the calling thread's namespace. */
export function bringLoopbackUp(): void {
  const socket = NetlinkSocket.openHere();
  try {
    socket.request(setLinkRequest(LOOPBACK_INDEX, { up: true }));
  } finally {
    socket.close();
  }
}
