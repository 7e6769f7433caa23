import { formatIp, type Ip, type Mac, macBytes, macFromBytes } from "../../net/index.ts";
import { parseAttributes, readU16, readU32, readU8 } from "./attributes.ts";
import { ByteWriter } from "./byte-writer.ts";
import { FAMILY, type Family, familyOf, ipBytes, ipFromBytes } from "./ip.ts";
import { FLAG, type NetlinkRequest, TYPE } from "./message.ts";

/** An entry of a link's neighbour (ARP or NDP) table. */
export interface Neighbour {
  readonly linkIndex: number;
  readonly address: Ip;
  readonly mac: Mac | undefined;
  /** Written by someone, never checked and never aged (NUD_PERMANENT). */
  readonly permanent: boolean;
}

/** A permanent neighbour to write. */
export interface NeighbourSpec {
  readonly linkIndex: number;
  readonly address: Ip;
  readonly mac: Mac;
}

const NDA = { destination: 1, linkAddress: 2 } as const;
const NUD_PERMANENT = 0x80;

/** `struct ndmsg`: u8 family, u8 pad, u16 pad, i32 link index, u16 state, u8 flags, u8 type. */
const NEIGHBOUR_HEADER_BYTES = 12;

/** Writes a permanent neighbour. "add": EEXIST when the link has an entry for the address. */
export function newNeighbourRequest(how: "add" | "replace", spec: NeighbourSpec): NetlinkRequest {
  const writer = writeNeighbour(spec, NUD_PERMANENT);
  return {
    type: TYPE.newNeighbour,
    flags: FLAG.create | (how === "add" ? FLAG.exclusive : FLAG.replace),
    body: writer.attributeBytes(NDA.linkAddress, macBytes(spec.mac)).finish(),
    what: `${how} neighbour ${describe(spec)} at ${spec.mac}`,
  };
}

/** Deletes an entry. ENOENT when there is none. */
export function deleteNeighbourRequest(
  key: Pick<NeighbourSpec, "linkIndex" | "address">,
): NetlinkRequest {
  return {
    type: TYPE.delNeighbour,
    flags: 0,
    body: writeNeighbour(key, 0).finish(),
    what: `delete neighbour ${describe(key)}`,
  };
}

/** Asks for all neighbours of a family. */
export function dumpNeighboursRequest(family: Family): NetlinkRequest {
  const body = new ByteWriter()
    .u8(family)
    .zeros(NEIGHBOUR_HEADER_BYTES - 1)
    .finish();
  return { type: TYPE.getNeighbour, flags: FLAG.dump, body, what: "list neighbours" };
}

/** Reads the body of RTM_NEWNEIGH. */
export function parseNeighbour(body: Uint8Array): Neighbour {
  const attributes = parseAttributes(body.subarray(NEIGHBOUR_HEADER_BYTES));
  const mac = attributes.get(NDA.linkAddress);
  const unspecified = new Uint8Array(readU8(body, 0) === FAMILY.ipv4 ? 4 : 16);
  return {
    linkIndex: readU32(body, 4),
    address: ipFromBytes(attributes.get(NDA.destination) ?? unspecified),
    mac: mac?.length === 6 ? macFromBytes(mac) : undefined,
    permanent: (readU16(body, 8) & NUD_PERMANENT) !== 0,
  };
}

function writeNeighbour(
  { linkIndex, address }: Pick<NeighbourSpec, "linkIndex" | "address">,
  state: number,
): ByteWriter {
  const writer = new ByteWriter().u8(familyOf(address)).u8(0).u16(0).u32(linkIndex);
  return writer.u16(state).u8(0).u8(0).attributeBytes(NDA.destination, ipBytes(address));
}

function describe({ linkIndex, address }: Pick<NeighbourSpec, "linkIndex" | "address">): string {
  return `${formatIp(address)} on link ${String(linkIndex)}`;
}
