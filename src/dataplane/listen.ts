import { closeSync } from "node:fs";
import { ByteWriter } from "./codec/byte-writer.ts";
import { formatIp, type Ip } from "../net/index.ts";
import { familyOf, ipBytes } from "./codec/ip.ts";
import { KernelError } from "./kernel-error.ts";
import { withNetns } from "./netns.ts";
import { lastErrno, systemCalls } from "./system-calls.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const BACKLOG = 511;

/** A TCP end point inside a namespace. */
export interface EndPoint {
  /** The namespace, as a path; the calling thread's own when left out. */
  readonly netns?: string | undefined;
  readonly address: Ip;
  /** 1 … 65535. */
  readonly port: number;
}

/**
 * Opens a TCP socket that listens inside a namespace, while the process stays where it is. Returns its descriptor, for
 * `server.listen({ fd })`; the server closes it. EADDRNOTAVAIL when no link of the namespace has the address.
 */
export function listenInNetns({ netns, address, port }: EndPoint): number {
  return withNetns(netns, () => {
    const calls = systemCalls();
    const what = `listen on ${formatIp(address)} port ${String(port)}`;
    const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    const fd = calls.socket(familyOf(address), type, 0);
    const on = new ByteWriter().u32(1).finish();
    const name = socketAddress(address, port);
    const done =
      fd >= 0 &&
      calls.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, on, on.length) === 0 &&
      calls.bind(fd, name, name.length) === 0 &&
      calls.listen(fd, BACKLOG) === 0;
    if (done) return fd;
    const errno = lastErrno();
    if (fd >= 0) closeSync(fd);
    throw new KernelError({ what, errno, netns });
  });
}

/** `struct sockaddr_in` or `struct sockaddr_in6`. */
export function socketAddress(address: Ip, port: number): Uint8Array {
  const writer = new ByteWriter()
    .u16(familyOf(address))
    .u8(port >> 8)
    .u8(port & 0xff);
  if (typeof address === "number") return writer.bytes(ipBytes(address)).zeros(8).finish();
  return writer.u32(0).bytes(ipBytes(address)).u32(0).finish();
}
