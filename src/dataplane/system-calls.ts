import koffi from "koffi";

/**
 * The system calls that Node has no door to, straight from the C library. Each returns what the C function returns:
 * −1 means failure, and then {@link lastErrno} holds the error number until the next call.
 */
export interface SystemCalls {
  socket(domain: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, option: number, value: Uint8Array, length: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  connect(fd: number, address: Uint8Array, length: number): number;
  listen(fd: number, backlog: number): number;
  send(fd: number, bytes: Uint8Array, length: number, flags: number): number;
  recv(fd: number, into: Uint8Array, length: number, flags: number): number;
  setns(fd: number, kind: number): number;
  unshare(flags: number): number;
  mount(
    source: string,
    target: string,
    type: string | null,
    flags: number,
    data: string | null,
  ): number;
  umount2(target: string, flags: number): number;
}

const DEFINITIONS: Readonly<Record<keyof SystemCalls, string>> = {
  socket: "int socket(int domain, int type, int protocol)",
  setsockopt:
    "int setsockopt(int fd, int level, int option, const uint8_t *value, uint32_t length)",
  bind: "int bind(int fd, const uint8_t *address, uint32_t length)",
  connect: "int connect(int fd, const uint8_t *address, uint32_t length)",
  listen: "int listen(int fd, int backlog)",
  send: "intptr_t send(int fd, const uint8_t *bytes, size_t length, int flags)",
  recv: "intptr_t recv(int fd, _Out_ uint8_t *into, size_t length, int flags)",
  setns: "int setns(int fd, int kind)",
  unshare: "int unshare(int flags)",
  mount:
    "int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)",
  umount2: "int umount2(const char *target, int flags)",
};

let loaded: SystemCalls | undefined;

/** The calls. Loaded at first use, because only Linux has all of them. */
export function systemCalls(): SystemCalls {
  if (loaded === undefined) {
    const library = koffi.load(null);
    const calls = Object.entries(DEFINITIONS).map(
      ([name, definition]) => [name, library.func(definition)] as const,
    );
    loaded = Object.fromEntries(calls) as unknown as SystemCalls;
  }
  return loaded;
}

/** The error number of the last failed call on this thread. */
export function lastErrno(): number {
  return koffi.errno();
}
