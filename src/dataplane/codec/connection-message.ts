import { type Ipv4, ipv4FromBytes } from "../../net/index.ts";
import { type Attributes, nestedAttributes, parseAttributes } from "./attributes.ts";
import { ByteWriter } from "./byte-writer.ts";
import { FAMILY } from "./ip.ts";
import { FLAG, type NetlinkRequest } from "./message.ts";

/** A tracked IPv4 connection, as far as it is needed here. */
export interface Connection {
  /** Who began it, as the first packet came in. */
  readonly source: Ipv4;
  /** Who answers it, behind any translation of the destination. */
  readonly responder: Ipv4;
  /** The connection mark; 0 when it has none. */
  readonly mark: number;
}

/** NFNL_SUBSYS_CTNETLINK and IPCTNL_MSG_CT_GET (linux/netfilter/nfnetlink.h, nfnetlink_conntrack.h). */
const GET_CONNECTIONS = (1 << 8) | 1;
/** `struct nfgenmsg`: u8 family, u8 version, u16 resource. */
const HEADER_BYTES = 4;
const CTA = { original: 1, reply: 2, mark: 8, markMask: 21 } as const;
const CTA_TUPLE_IP = 1;
const CTA_IP_SOURCE = 1;

/** Asks for the IPv4 connections whose mark is `mark` under `mask`. A kernel older than 3.5 gives them all. */
export function dumpConnectionsRequest({
  mark,
  mask,
}: {
  readonly mark: number;
  readonly mask: number;
}): NetlinkRequest {
  const body = new ByteWriter()
    .u8(FAMILY.ipv4)
    .zeros(HEADER_BYTES - 1)
    .attributeBytes(CTA.mark, bigEndian(mark))
    .attributeBytes(CTA.markMask, bigEndian(mask))
    .finish();
  return { type: GET_CONNECTIONS, flags: FLAG.dump, body, what: "list connections" };
}

/** Reads the body of IPCTNL_MSG_CT_NEW; undefined when it is not of IPv4. */
export function parseConnection(body: Uint8Array): Connection | undefined {
  const attributes = parseAttributes(body.subarray(HEADER_BYTES));
  const source = sourceOf(attributes, CTA.original);
  const responder = sourceOf(attributes, CTA.reply);
  if (source === undefined || responder === undefined) return undefined;
  const mark = attributes.get(CTA.mark);
  return { source, responder, mark: mark === undefined ? 0 : fromBigEndian(mark) };
}

function sourceOf(attributes: Attributes, tuple: number): Ipv4 | undefined {
  const addresses = nestedAttributes(nestedAttributes(attributes, tuple), CTA_TUPLE_IP);
  const source = addresses.get(CTA_IP_SOURCE);
  return source === undefined ? undefined : ipv4FromBytes(source);
}

/** Unlike rtnetlink, netfilter's part of netlink has the high byte first. */
function bigEndian(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

function fromBigEndian(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}
