import { invariant } from "../../base/index.ts";
import { attributeText, parseAttributes, readI32, readU16, readU32 } from "./attributes.ts";
import { align4, type ByteWriter } from "./byte-writer.ts";

/** `struct nlmsghdr`: u32 length, u16 type, u16 flags, u32 sequence number, u32 port. */
export const MESSAGE_HEADER_BYTES = 16;

/** Flags of the header (linux/netlink.h). */
export const FLAG = {
  request: 0x1,
  ack: 0x4,
  dumpInterrupted: 0x10,
  dump: 0x300,
  replace: 0x100,
  exclusive: 0x200,
  create: 0x400,
} as const;

/** Message types: control (linux/netlink.h) and rtnetlink (linux/rtnetlink.h). */
export const TYPE = {
  error: 2,
  done: 3,
  newLink: 16,
  delLink: 17,
  getLink: 18,
  setLink: 19,
  newAddress: 20,
  delAddress: 21,
  getAddress: 22,
  newRoute: 24,
  delRoute: 25,
  getRoute: 26,
  newNeighbour: 28,
  delNeighbour: 29,
  getNeighbour: 30,
  newRule: 32,
  delRule: 33,
  getRule: 34,
} as const;

/** A request before it has a sequence number. */
export interface NetlinkRequest {
  readonly type: number;
  /** Beside FLAG.request and FLAG.ack, which the socket adds. */
  readonly flags: number;
  /** The family header and the attributes. */
  readonly body: Uint8Array;
  /** What the request does, for errors: "add route 10.0.0.11/32 to table 254". */
  readonly what: string;
}

/** A message as received. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** The kernel's answer to one request: 0 when it was carried out, else an errno and often a sentence. */
export interface Acknowledgement {
  readonly errno: number;
  readonly text: string | undefined;
}

/** Writes one request, padded to 4 bytes so that another may follow it. */
export function writeRequest(
  writer: ByteWriter,
  request: Pick<NetlinkRequest, "type" | "flags" | "body">,
  sequence: number,
): void {
  const length = MESSAGE_HEADER_BYTES + request.body.length;
  writer.u32(length).u16(request.type).u16(request.flags).u32(sequence).u32(0);
  writer.bytes(request.body).zeros(align4(length) - length);
}

/** Splits what one read returned. Throws on bytes that contradict themselves. */
export function parseMessages(bytes: Uint8Array): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  let at = 0;
  while (at + MESSAGE_HEADER_BYTES <= bytes.length) {
    const length = readU32(bytes, at);
    invariant(
      length >= MESSAGE_HEADER_BYTES && at + length <= bytes.length,
      `netlink message claims ${String(length)} bytes of ${String(bytes.length - at)}`,
    );
    messages.push({
      type: readU16(bytes, at + 4),
      flags: readU16(bytes, at + 6),
      sequence: readU32(bytes, at + 8),
      body: bytes.subarray(at + MESSAGE_HEADER_BYTES, at + length),
    });
    at += align4(length);
  }
  return messages;
}

/** NLM_F_CAPPED and NLM_F_ACK_TLVS of an NLMSG_ERROR (linux/netlink.h). */
const ERROR_FLAG = { capped: 0x100, attributes: 0x200 } as const;
/** NLMSGERR_ATTR_MSG: the kernel's sentence. */
const ERROR_TEXT = 1;

/** Reads NLMSG_ERROR, or NLMSG_DONE, whose payload may carry an errno too. */
export function parseAcknowledgement(message: NetlinkMessage): Acknowledgement {
  if (message.body.length < 4) return { errno: 0, text: undefined };
  const errno = Math.abs(readI32(message.body, 0));
  if ((message.flags & ERROR_FLAG.attributes) === 0) return { errno, text: undefined };
  return {
    errno,
    text: attributeText(
      parseAttributes(message.body.subarray(attributesOffset(message))),
      ERROR_TEXT,
    ),
  };
}

/** NLMSG_DONE has only the errno before its attributes; NLMSG_ERROR repeats the request's header, or all of it. */
function attributesOffset(message: NetlinkMessage): number {
  if (message.type === TYPE.done) return 4;
  if ((message.flags & ERROR_FLAG.capped) !== 0) return 4 + MESSAGE_HEADER_BYTES;
  return 4 + align4(readU32(message.body, 4));
}
