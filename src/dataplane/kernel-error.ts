import { BerthError } from "../base/index.ts";
import { errnoName } from "./codec/errno.ts";

/** What the kernel refused. */
export interface Refusal {
  /** What was to be done, as "add route 10.0.0.11/32 to table 254". */
  readonly what: string;
  readonly errno: number;
  /** The kernel's own sentence (extended acknowledgement), when it gave one. */
  readonly text?: string | undefined;
  /** The namespace, as a path; the calling one when left out. */
  readonly netns?: string | undefined;
}

const FIXES: Readonly<Record<string, string>> = {
  EPERM: "Run as root, or with CAP_NET_ADMIN and CAP_SYS_ADMIN.",
  EACCES: "Run as root; for IPv6 also check that disable_ipv6 is 0 on the link.",
  EEXIST: "Something of that name or address is there already. Remove it, or use another.",
  ENOENT: "It is not there; it may have been removed by another program.",
  ESRCH: "There is no such route; it may have been removed by another program.",
  ENODEV: "There is no such link; it may have been removed or renamed by another program.",
  EADDRNOTAVAIL: "The address is not on a link of that namespace.",
  EADDRINUSE: "Another program listens there. Stop it, or choose another port.",
  ENETUNREACH: "No route of that link reaches the gateway. Add the gateway's own route first.",
  ENETDOWN: "Bring the link up first.",
  EOPNOTSUPP: "The kernel lacks the module; load it with modprobe, or use a kernel that has it.",
  EBUSY: "It is in use by another program or mount.",
  EINVAL: "The kernel does not accept the values. This is likely a bug in Berth: please report it.",
};

/** The kernel refused an operation. `code` is "kernelRefused"; `errno` is its name, such as ENODEV. */
export class KernelError extends BerthError {
  readonly errno: string;
  readonly what: string;

  constructor({ what, errno, text, netns }: Refusal) {
    const name = errnoName(errno);
    const where = netns === undefined ? "" : ` in ${netns}`;
    const reason = text === undefined ? name : `${name}: ${text}`;
    super("kernelRefused", `Cannot ${what}${where}: ${reason}.`, {
      fix: FIXES[name] ?? "Look the error name up in errno(3).",
      facts: { what, errno: name, netns },
    });
    this.errno = name;
    this.what = what;
  }
}

/** Whether an error is the kernel's refusal with one of these error names. */
export function isErrno(error: unknown, ...names: readonly string[]): error is KernelError {
  return error instanceof KernelError && names.includes(error.errno);
}

/** Runs `action`, and takes a refusal with one of these error names as success. Tells whether it was carried out. */
export function tolerate(names: readonly string[], action: () => void): boolean {
  try {
    action();
    return true;
  } catch (error) {
    if (isErrno(error, ...names)) return false;
    throw error;
  }
}
