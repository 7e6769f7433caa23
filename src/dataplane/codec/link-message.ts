import { type Mac, macBytes, macFromBytes } from "../../net/index.ts";
import {
  attributeText,
  attributeU32,
  nestedAttributes,
  parseAttributes,
  readU32,
} from "./attributes.ts";
import { ByteWriter } from "./byte-writer.ts";
import { FLAG, type NetlinkRequest, TYPE } from "./message.ts";

/** A network interface as the kernel reports it. */
export interface Link {
  /** Its number, unique in the namespace. */
  readonly index: number;
  readonly name: string;
  /** Absent on links without an Ethernet address, such as tunnels. */
  readonly mac: Mac | undefined;
  readonly mtu: number;
  /** Administratively up (IFF_UP). */
  readonly up: boolean;
  /** Both ends up, the cable in (IFF_LOWER_UP). */
  readonly carrier: boolean;
  /** "veth", "vlan", "dummy", …; undefined for hardware and loopback. */
  readonly kind: string | undefined;
  /** IFLA_LINK: the other end of a veth, the parent of a VLAN. It is a number of the *peer's* namespace. */
  readonly peerIndex: number | undefined;
  /** IFLA_TXQLEN. */
  readonly txQueueLength: number | undefined;
}

/** One end of a veth pair to create. */
export interface VethEnd {
  /** At most 15 bytes. */
  readonly name: string;
  /** Random, chosen by the kernel, when left out. */
  readonly mac?: Mac;
  readonly mtu?: number;
  /** The kernel's default is 1000. Pods get 0, as from the VPC CNI. */
  readonly txQueueLength?: number;
}

/** What to change on a link; what is left out stays. */
export interface LinkChange {
  readonly up?: boolean;
  readonly mtu?: number;
  readonly mac?: Mac;
  readonly name?: string;
  /** An open descriptor of the namespace to move the link to. */
  readonly netnsFd?: number;
}

const IFLA = {
  address: 1,
  name: 3,
  mtu: 4,
  link: 5,
  txQueueLength: 13,
  linkInfo: 18,
  netnsFd: 28,
  extMask: 29,
} as const;
const INFO = { kind: 1, data: 2 } as const;
const VETH_PEER = 1;
const IFF = { up: 1, lowerUp: 0x10000 } as const;

/** `struct ifinfomsg`: u8 family, u8 pad, u16 type, i32 index, u32 flags, u32 changed flags. */
const LINK_HEADER_BYTES = 16;

function writeLinkHeader(writer: ByteWriter, index: number, up?: boolean): void {
  writer.u8(0).u8(0).u16(0).u32(index);
  writer.u32(up === true ? IFF.up : 0).u32(up === undefined ? 0 : IFF.up);
}

function writeVethEnd(writer: ByteWriter, { name, mac, mtu, txQueueLength }: VethEnd): void {
  writer.attributeText(IFLA.name, name);
  if (mtu !== undefined) writer.attributeU32(IFLA.mtu, mtu);
  if (txQueueLength !== undefined) writer.attributeU32(IFLA.txQueueLength, txQueueLength);
  if (mac !== undefined) writer.attributeBytes(IFLA.address, macBytes(mac));
}

/**
 * Creates both ends of a veth pair: `near` in the socket's namespace, up when asked; `far` in the namespace of the
 * descriptor, down. EEXIST when either name is taken.
 */
export function newVethRequest(pair: {
  readonly near: VethEnd;
  readonly nearUp: boolean;
  readonly far: VethEnd;
  readonly farNetnsFd: number | undefined;
}): NetlinkRequest {
  const writer = new ByteWriter();
  writeLinkHeader(writer, 0, pair.nearUp ? true : undefined);
  writeVethEnd(writer, pair.near);
  writer.attribute(IFLA.linkInfo, () => {
    writer.attributeText(INFO.kind, "veth");
    writer.attribute(INFO.data, () => {
      writer.attribute(VETH_PEER, () => {
        writer.zeros(LINK_HEADER_BYTES);
        writeVethEnd(writer, pair.far);
        if (pair.farNetnsFd !== undefined) writer.attributeU32(IFLA.netnsFd, pair.farNetnsFd);
      });
    });
  });
  return {
    type: TYPE.newLink,
    flags: FLAG.create | FLAG.exclusive,
    body: writer.finish(),
    what: `create the veth pair ${pair.near.name} and ${pair.far.name}`,
  };
}

/** Asks for one link by name. ENODEV when there is none. */
export function getLinkRequest(name: string): NetlinkRequest {
  const writer = new ByteWriter();
  writeLinkHeader(writer, 0);
  // RTEXT_FILTER_VF, as iproute2 asks; the answer is the same for virtual links.
  writer.attributeU32(IFLA.extMask, 1).attributeText(IFLA.name, name);
  return { type: TYPE.getLink, flags: 0, body: writer.finish(), what: `look up link ${name}` };
}

/** Asks for all links. */
export function dumpLinksRequest(): NetlinkRequest {
  const writer = new ByteWriter();
  writeLinkHeader(writer, 0);
  return { type: TYPE.getLink, flags: FLAG.dump, body: writer.finish(), what: "list links" };
}

/** Changes one link. The address of a link that is up can't always be changed; a name only when it is down. */
export function setLinkRequest(index: number, change: LinkChange): NetlinkRequest {
  const writer = new ByteWriter();
  writeLinkHeader(writer, index, change.up);
  const { name, mtu, mac, netnsFd } = change;
  if (name !== undefined) writer.attributeText(IFLA.name, name);
  if (mtu !== undefined) writer.attributeU32(IFLA.mtu, mtu);
  if (mac !== undefined) writer.attributeBytes(IFLA.address, macBytes(mac));
  if (netnsFd !== undefined) writer.attributeU32(IFLA.netnsFd, netnsFd);
  // RTM_NEWLINK rather than RTM_SETLINK: the latter ignores the flags' mask on some older kernels.
  return {
    type: TYPE.newLink,
    flags: 0,
    body: writer.finish(),
    what: `set ${describeChange(change)} on link ${String(index)}`,
  };
}

function describeChange({ up, mtu, mac, name, netnsFd }: LinkChange): string {
  const parts = [
    ...(name === undefined ? [] : [`name ${name}`]),
    ...(mtu === undefined ? [] : [`MTU ${String(mtu)}`]),
    ...(mac === undefined ? [] : [`MAC ${mac}`]),
    ...(netnsFd === undefined ? [] : ["another namespace"]),
    ...(up === undefined ? [] : [up ? "up" : "down"]),
  ];
  return parts.join(", ");
}

/** Deletes one link; of a veth pair both ends go. ENODEV when there is none. */
export function deleteLinkRequest(index: number): NetlinkRequest {
  const writer = new ByteWriter();
  writeLinkHeader(writer, index);
  return {
    type: TYPE.delLink,
    flags: 0,
    body: writer.finish(),
    what: `delete link ${String(index)}`,
  };
}

/** Reads the body of RTM_NEWLINK. */
export function parseLink(body: Uint8Array): Link {
  const flags = readU32(body, 8);
  const attributes = parseAttributes(body.subarray(LINK_HEADER_BYTES));
  const mac = attributes.get(IFLA.address);
  return {
    index: readU32(body, 4),
    name: attributeText(attributes, IFLA.name) ?? "",
    mac: mac?.length === 6 ? macFromBytes(mac) : undefined,
    mtu: attributeU32(attributes, IFLA.mtu) ?? 0,
    up: (flags & IFF.up) !== 0,
    carrier: (flags & IFF.lowerUp) !== 0,
    kind: attributeText(nestedAttributes(attributes, IFLA.linkInfo), INFO.kind),
    peerIndex: attributeU32(attributes, IFLA.link),
    txQueueLength: attributeU32(attributes, IFLA.txQueueLength),
  };
}
