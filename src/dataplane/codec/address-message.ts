import { formatIp, type Ip, type Ipv4, toIpv4 } from "../../net/index.ts";
import { attributeU32, parseAttributes, readU32, readU8 } from "./attributes.ts";
import { ByteWriter } from "./byte-writer.ts";
import { FAMILY, familyOf, ipBytes, ipFromBytes } from "./ip.ts";
import { FLAG, type NetlinkRequest, TYPE } from "./message.ts";

/** An address on a link. */
export interface Address {
  /** Number of the link. */
  readonly linkIndex: number;
  readonly address: Ip;
  /** Length of the connected prefix: 0 … 32 or 128. */
  readonly bits: number;
  /** 0 = global, 253 = link, 254 = host. */
  readonly scope: number;
  readonly broadcast: Ip | undefined;
  /** IPv6: duplicate detection is still running (IFA_F_TENTATIVE) or has failed (IFA_F_DADFAILED). */
  readonly unusable: boolean;
}

/** What names an address: link, address and prefix length. Its scope is global unless it says otherwise. */
export type AddressKey = Pick<Address, "linkIndex" | "address" | "bits"> &
  Partial<Pick<Address, "scope">>;

const IFA = { address: 1, local: 2, broadcast: 4, flags: 8 } as const;
const IFA_F = { noDad: 0x02, dadFailed: 0x08, tentative: 0x40 } as const;

/** `struct ifaddrmsg`: u8 family, u8 prefix length, u8 flags, u8 scope, u32 link index. */
const ADDRESS_HEADER_BYTES = 8;

/**
 * Adds an address. IPv4 blocks larger than /31 get their broadcast address; IPv6 addresses skip duplicate detection,
 * because both ends of the link are ours. EEXIST when it is there already.
 */
export function newAddressRequest(key: AddressKey): NetlinkRequest {
  const { address, bits } = key;
  const writer = writeAddress(key, typeof address === "number" ? 0 : IFA_F.noDad);
  if (typeof address === "number" && bits < 31) {
    writer.attributeBytes(IFA.broadcast, ipBytes(broadcastOf(address, bits)));
  }
  return {
    type: TYPE.newAddress,
    flags: FLAG.create | FLAG.exclusive,
    body: writer.finish(),
    what: `add address ${describe(key)}`,
  };
}

/** Deletes an address. EADDRNOTAVAIL when it is not there. */
export function deleteAddressRequest(key: AddressKey): NetlinkRequest {
  const body = writeAddress(key, 0).finish();
  return { type: TYPE.delAddress, flags: 0, body, what: `delete address ${describe(key)}` };
}

/** Asks for all addresses of both families, or of one link (needs NETLINK_GET_STRICT_CHK). */
export function dumpAddressesRequest(linkIndex = 0): NetlinkRequest {
  const body = new ByteWriter().u8(0).u8(0).u8(0).u8(0).u32(linkIndex).finish();
  return { type: TYPE.getAddress, flags: FLAG.dump, body, what: "list addresses" };
}

/** Reads the body of RTM_NEWADDR. */
export function parseAddress(body: Uint8Array): Address {
  const attributes = parseAttributes(body.subarray(ADDRESS_HEADER_BYTES));
  const unspecified = new Uint8Array(readU8(body, 0) === FAMILY.ipv4 ? 4 : 16);
  const broadcast = attributes.get(IFA.broadcast);
  const flags = attributeU32(attributes, IFA.flags) ?? readU8(body, 2);
  return {
    linkIndex: readU32(body, 4),
    // On point-to-point links IFA_ADDRESS is the peer's; IPv6 has no IFA_LOCAL.
    address: ipFromBytes(attributes.get(IFA.local) ?? attributes.get(IFA.address) ?? unspecified),
    bits: readU8(body, 1),
    scope: readU8(body, 3),
    broadcast: broadcast === undefined ? undefined : ipFromBytes(broadcast),
    unusable: (flags & (IFA_F.tentative | IFA_F.dadFailed)) !== 0,
  };
}

function writeAddress(
  { linkIndex, address, bits, scope = 0 }: AddressKey,
  flags: number,
): ByteWriter {
  const bytes = ipBytes(address);
  const writer = new ByteWriter().u8(familyOf(address)).u8(bits).u8(flags).u8(scope).u32(linkIndex);
  return writer.attributeBytes(IFA.local, bytes).attributeBytes(IFA.address, bytes);
}

function broadcastOf(address: Ipv4, bits: number): Ipv4 {
  return toIpv4((address | (0xffff_ffff >>> bits)) >>> 0);
}

function describe({ linkIndex, address, bits }: AddressKey): string {
  return `${formatIp(address)}/${String(bits)} on link ${String(linkIndex)}`;
}
