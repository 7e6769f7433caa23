import { closeSync } from "node:fs";
import type { Mac } from "../net/index.ts";
import {
  deleteLinkRequest,
  dumpLinksRequest,
  getLinkRequest,
  type Link,
  type LinkChange,
  newVethRequest,
  parseLink,
  setLinkRequest,
  type VethEnd,
} from "./codec/link-message.ts";
import { isErrno, tolerate } from "./kernel-error.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";
import { openNetns } from "./netns.ts";

/** A veth pair: this end in the socket's namespace, the peer there too or in the namespace of a path. */
export interface VethPair extends VethEnd {
  /** Whether this end comes up at once. The peer starts down. */
  readonly up?: boolean;
  readonly peer: VethEnd & { readonly netns?: string };
}

/** Creates a veth pair, both ends where they belong, without a move. EEXIST when either name is taken. */
export function addVethPair(socket: NetlinkSocket, { up = false, peer, ...near }: VethPair): void {
  const { netns, ...far } = peer;
  const farNetnsFd = netns === undefined ? undefined : openNetns(netns);
  try {
    socket.request(newVethRequest({ near, nearUp: up, far, farNetnsFd }));
  } finally {
    if (farNetnsFd !== undefined) closeSync(farNetnsFd);
  }
}

/** All links of the namespace. */
export function listLinks(socket: NetlinkSocket): Link[] {
  return socket.dump(dumpLinksRequest()).map(parseLink);
}

/** The link of that name. Throws ENODEV when there is none. */
export function getLink(socket: NetlinkSocket, name: string): Link {
  return parseLink(socket.get(getLinkRequest(name)));
}

/** The link of that name, or undefined. */
export function findLink(socket: NetlinkSocket, name: string): Link | undefined {
  try {
    return getLink(socket, name);
  } catch (error) {
    if (isErrno(error, "ENODEV")) return undefined;
    throw error;
  }
}

/** The first link with that Ethernet address, or undefined. */
export function findLinkByMac(socket: NetlinkSocket, mac: Mac): Link | undefined {
  return listLinks(socket).find((link) => link.mac === mac);
}

/** Changes a link: up or down, MTU, MAC, name. What is left out stays. */
export function setLink(
  socket: NetlinkSocket,
  index: number,
  change: Omit<LinkChange, "netnsFd">,
): void {
  socket.request(setLinkRequest(index, change));
}

/** Moves a link to another namespace, where it arrives down and without addresses; `name` renames it on the way. */
export function moveLink(
  socket: NetlinkSocket,
  index: number,
  to: { readonly netns: string; readonly name?: string },
): void {
  const netnsFd = openNetns(to.netns);
  try {
    const change = to.name === undefined ? { netnsFd } : { netnsFd, name: to.name };
    socket.request(setLinkRequest(index, change));
  } finally {
    closeSync(netnsFd);
  }
}

/** Deletes a link; of a veth pair both ends. Returns false when it was not there. */
export function deleteLink(socket: NetlinkSocket, index: number): boolean {
  return tolerate(["ENODEV"], () => {
    socket.request(deleteLinkRequest(index));
  });
}
