import { closeSync } from "node:fs";
import { invariant } from "../base/index.ts";
import { ByteWriter } from "./codec/byte-writer.ts";
import {
  FLAG,
  type NetlinkMessage,
  type NetlinkRequest,
  parseAcknowledgement,
  parseMessages,
  TYPE,
  writeRequest,
} from "./codec/message.ts";
import { KernelError } from "./kernel-error.ts";
import { lastErrno, systemCalls } from "./system-calls.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
/** Parts of the kernel that can be spoken to (linux/netlink.h). */
const PROTOCOL = { route: 0, netfilter: 12 } as const;
const SOL_NETLINK = 270;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
/** NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK (linux/netlink.h). */
const NETLINK_OPTIONS = [10, 11, 12];
const EINTR = 4;

/**
 * More than the kernel puts into one read of a dump (32 KiB). One for all sockets: every call takes out what it needs
 * before it returns.
 */
const RECEIVE_BUFFER = new Uint8Array(65_536);
/** Answers wait in the socket's buffer (208 KiB by default); more requests at once could overflow it. */
const PIPELINE_MAX = 64;
const DUMP_ATTEMPTS_MAX = 5;
/** The kernel answers before `send` returns, so a wait means that an answer was lost. */
const RECEIVE_TIMEOUT_S = 5;

/**
 * A conversation with one namespace's rtnetlink, or with its netfilter. It belongs for ever to the namespace in which it
 * was opened, whatever the thread does later. Every call is synchronous and takes some 10 µs.
 */
export class NetlinkSocket {
  #fd: number;
  readonly #netns: string | undefined;
  #sequence = 0;

  private constructor(fd: number, netns: string | undefined) {
    this.#fd = fd;
    this.#netns = netns;
  }

  /** Opens a socket in the calling thread's namespace. `netns` only names that namespace in errors. */
  static openHere(netns?: string, protocol: keyof typeof PROTOCOL = "route"): NetlinkSocket {
    const calls = systemCalls();
    const fd = calls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, PROTOCOL[protocol]);
    if (fd < 0) {
      throw new KernelError({ what: "open a netlink socket", errno: lastErrno(), netns });
    }
    const on = new ByteWriter().u32(1).finish();
    // Options that an old kernel lacks only cost clarity of errors, so refusals are ignored.
    for (const option of NETLINK_OPTIONS) calls.setsockopt(fd, SOL_NETLINK, option, on, on.length);
    const timeout = new ByteWriter().u32(RECEIVE_TIMEOUT_S).zeros(12).finish();
    calls.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, timeout, timeout.length);
    return new NetlinkSocket(fd, netns);
  }

  /** Carries out one request. Throws {@link KernelError} when the kernel refuses. */
  request(request: NetlinkRequest): void {
    this.requestAll([request]);
  }

  /**
   * Sends several requests at once; the kernel carries them out in order, and does not stop at a failure.
   * Throws the first refusal.
   */
  requestAll(requests: readonly NetlinkRequest[]): void {
    const refusal = this.outcomes(requests).find((outcome) => outcome !== undefined);
    if (refusal !== undefined) throw refusal;
  }

  /** As {@link requestAll}, but returns for every request its refusal, or undefined when it was carried out. */
  outcomes(requests: readonly NetlinkRequest[]): (KernelError | undefined)[] {
    const outcomes: (KernelError | undefined)[] = [];
    for (let at = 0; at < requests.length; at += PIPELINE_MAX) {
      outcomes.push(...this.#pipeline(requests.slice(at, at + PIPELINE_MAX), () => undefined));
    }
    return outcomes;
  }

  /** Asks for one object. Throws {@link KernelError}, ENODEV for a missing link. */
  get(request: NetlinkRequest): Uint8Array {
    const answers: Uint8Array[] = [];
    const [refusal] = this.#pipeline([request], (message) => {
      answers.push(message.body.slice());
    });
    if (refusal !== undefined) throw refusal;
    const [answer] = answers;
    invariant(answer !== undefined, `the kernel acknowledged "${request.what}" without an answer`);
    return answer;
  }

  /** Asks for a list. It is repeated while others change what is listed, five times at most. */
  dump(request: NetlinkRequest): Uint8Array[] {
    for (let attempt = 1; ; attempt++) {
      const { bodies, interrupted } = this.#dumpOnce(request);
      if (!interrupted || attempt === DUMP_ATTEMPTS_MAX) return bodies;
    }
  }

  /** Ends the conversation. Whatever is asked afterwards fails with EBADF. */
  close(): void {
    closeSync(this.#fd);
    // The number may soon belong to another file.
    this.#fd = -1;
  }

  #pipeline(
    requests: readonly NetlinkRequest[],
    onAnswer: (message: NetlinkMessage) => void,
  ): (KernelError | undefined)[] {
    const first = this.#sequence + 1;
    const writer = new ByteWriter();
    // The kernel works in order and reports every refusal unasked: the acknowledgement of the last ends them all.
    for (const [index, request] of requests.entries()) {
      const wanted = index === requests.length - 1 ? FLAG.request | FLAG.ack : FLAG.request;
      writeRequest(writer, { ...request, flags: request.flags | wanted }, ++this.#sequence);
    }
    this.#send(writer, requests[0]);
    const outcomes = requests.map((): KernelError | undefined => undefined);
    for (let done = requests.length === 0; !done;) {
      for (const message of this.#receive(requests[0])) {
        const index = message.sequence - first;
        const request = requests[index];
        if (request === undefined) continue;
        if (message.type === TYPE.error) {
          outcomes[index] = this.#refusal(request, message);
          done ||= index === requests.length - 1;
        } else {
          onAnswer(message);
        }
      }
    }
    return outcomes;
  }

  #dumpOnce(request: NetlinkRequest): { bodies: Uint8Array[]; interrupted: boolean } {
    const sequence = ++this.#sequence;
    const writer = new ByteWriter();
    writeRequest(writer, { ...request, flags: request.flags | FLAG.request }, sequence);
    this.#send(writer, request);
    const bodies: Uint8Array[] = [];
    let interrupted = false;
    for (;;) {
      for (const message of this.#receive(request)) {
        if (message.sequence !== sequence) continue;
        interrupted ||= (message.flags & FLAG.dumpInterrupted) !== 0;
        if (message.type === TYPE.done || message.type === TYPE.error) {
          const refusal = this.#refusal(request, message);
          if (refusal !== undefined) throw refusal;
          return { bodies, interrupted };
        }
        bodies.push(message.body.slice());
      }
    }
  }

  #refusal(request: NetlinkRequest, message: NetlinkMessage): KernelError | undefined {
    const { errno, text } = parseAcknowledgement(message);
    if (errno === 0) return undefined;
    return new KernelError({ what: request.what, errno, text, netns: this.#netns });
  }

  #send(writer: ByteWriter, request: NetlinkRequest | undefined): void {
    const bytes = writer.finish();
    if (bytes.length === 0) return;
    const sent = systemCalls().send(this.#fd, bytes, bytes.length, 0);
    if (sent < 0) throw this.#failure(request);
  }

  #receive(request: NetlinkRequest | undefined): NetlinkMessage[] {
    for (;;) {
      const count = systemCalls().recv(this.#fd, RECEIVE_BUFFER, RECEIVE_BUFFER.length, 0);
      if (count >= 0) return parseMessages(RECEIVE_BUFFER.subarray(0, count));
      if (lastErrno() !== EINTR) throw this.#failure(request);
    }
  }

  #failure(request: NetlinkRequest | undefined): KernelError {
    const errno = lastErrno();
    return new KernelError({ what: request?.what ?? "use netlink", errno, netns: this.#netns });
  }
}
