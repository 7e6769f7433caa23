import { FAMILY, type Family } from "./codec/ip.ts";
import {
  deleteNeighbourRequest,
  dumpNeighboursRequest,
  type Neighbour,
  type NeighbourSpec,
  newNeighbourRequest,
  parseNeighbour,
} from "./codec/neighbour-message.ts";
import { tolerate } from "./kernel-error.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";

/** Writes a permanent neighbour in place of the entry for that address, if any. */
export function replaceNeighbour(socket: NetlinkSocket, neighbour: NeighbourSpec): void {
  socket.request(newNeighbourRequest("replace", neighbour));
}

/** Deletes a neighbour. Returns false when it was not there. */
export function deleteNeighbour(
  socket: NetlinkSocket,
  key: Pick<NeighbourSpec, "linkIndex" | "address">,
): boolean {
  return tolerate(["ENOENT"], () => {
    socket.request(deleteNeighbourRequest(key));
  });
}

/** The neighbours of a family on all links. */
export function listNeighbours(socket: NetlinkSocket, family: Family = FAMILY.ipv4): Neighbour[] {
  return socket.dump(dumpNeighboursRequest(family)).map(parseNeighbour);
}
