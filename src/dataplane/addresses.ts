import {
  type Address,
  type AddressKey,
  deleteAddressRequest,
  dumpAddressesRequest,
  newAddressRequest,
  parseAddress,
} from "./codec/address-message.ts";
import { tolerate } from "./kernel-error.ts";
import type { NetlinkSocket } from "./netlink-socket.ts";

/** Adds an address to a link. EEXIST when it is there. The link brings its connected route with it. */
export function addAddress(socket: NetlinkSocket, key: AddressKey): void {
  socket.request(newAddressRequest(key));
}

/** Deletes an address from a link. Returns false when it was not there. */
export function deleteAddress(socket: NetlinkSocket, key: AddressKey): boolean {
  return tolerate(["EADDRNOTAVAIL"], () => {
    socket.request(deleteAddressRequest(key));
  });
}

/** The addresses of both families, of all links or of one. */
export function listAddresses(
  socket: NetlinkSocket,
  { linkIndex }: { readonly linkIndex?: number } = {},
): Address[] {
  return socket.dump(dumpAddressesRequest(linkIndex)).map(parseAddress);
}
