import { Socket, type SocketConstructorOpts } from "node:net";
import { formatIp } from "../net/index.ts";
import { familyOf } from "./codec/ip.ts";
import { KernelError } from "./kernel-error.ts";
import type { EndPoint } from "./listen.ts";
import { withNetns } from "./netns.ts";
import { lastErrno, systemCalls } from "./system-calls.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;

/**
 * Begins a TCP connection from inside a namespace, while the process stays where it is: a socket belongs for ever to the
 * namespace in which it was made. The socket tells `connect` or `error` as any other.
 */
export function connectInNetns({ netns, address, port }: EndPoint): Socket {
  const fd = withNetns(netns, () => {
    const made = systemCalls().socket(
      familyOf(address),
      SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
      0,
    );
    const what = `connect to ${formatIp(address)} port ${String(port)}`;
    if (made < 0) throw new KernelError({ what, errno: lastErrno(), netns });
    return made;
  });
  // Node reads from a descriptor at once, which fails before there is a connection; `manualStart` puts it off.
  const options = { fd, manualStart: true } as SocketConstructorOpts;
  return new Socket(options).connect({ host: formatIp(address), port });
}
