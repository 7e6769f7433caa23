import { invariant } from "../../base/index.ts";
import { align4, ATTRIBUTE_HEADER_BYTES, LITTLE_ENDIAN } from "./byte-writer.ts";

/** The payloads of a run of attributes, by type. A type that occurs twice keeps its last payload, as in the kernel. */
export type Attributes = ReadonlyMap<number, Uint8Array>;

/** Clears NLA_F_NESTED and NLA_F_NET_BYTEORDER, which share the type field (linux/netlink.h). */
const TYPE_MASK = 0x3fff;

/** Splits a run of attributes. Bytes from the kernel that contradict themselves are a bug, so it throws. */
export function parseAttributes(bytes: Uint8Array): Attributes {
  const attributes = new Map<number, Uint8Array>();
  let at = 0;
  while (at + ATTRIBUTE_HEADER_BYTES <= bytes.length) {
    const length = readU16(bytes, at);
    const type = readU16(bytes, at + 2) & TYPE_MASK;
    const end = at + length;
    invariant(
      length >= ATTRIBUTE_HEADER_BYTES && end <= bytes.length,
      `netlink attribute ${String(type)} claims ${String(length)} bytes of ${String(bytes.length - at)}`,
    );
    attributes.set(type, bytes.subarray(at + ATTRIBUTE_HEADER_BYTES, end));
    at += align4(length);
  }
  return attributes;
}

/** The attributes nested in an attribute; none when it is absent. */
export function nestedAttributes(attributes: Attributes, type: number): Attributes {
  return parseAttributes(attributes.get(type) ?? new Uint8Array());
}

/** A u8 attribute, or undefined when absent. */
export function attributeU8(attributes: Attributes, type: number): number | undefined {
  return attributes.get(type)?.[0];
}

/** A u32 attribute, or undefined when absent. */
export function attributeU32(attributes: Attributes, type: number): number | undefined {
  const payload = attributes.get(type);
  return payload === undefined ? undefined : readU32(payload, 0);
}

/** A text attribute without its final NUL, or undefined when absent. */
export function attributeText(attributes: Attributes, type: number): string | undefined {
  const payload = attributes.get(type);
  if (payload === undefined) return undefined;
  const nul = payload.indexOf(0);
  return new TextDecoder().decode(nul === -1 ? payload : payload.subarray(0, nul));
}

/** The u16 at `at`, in host order. */
export function readU16(bytes: Uint8Array, at: number): number {
  return viewOf(bytes).getUint16(at, LITTLE_ENDIAN);
}

/** The u32 at `at`, in host order. */
export function readU32(bytes: Uint8Array, at: number): number {
  return viewOf(bytes).getUint32(at, LITTLE_ENDIAN);
}

/** The i32 at `at`, in host order. */
export function readI32(bytes: Uint8Array, at: number): number {
  return viewOf(bytes).getInt32(at, LITTLE_ENDIAN);
}

/** The byte at `at`, which must be there. */
export function readU8(bytes: Uint8Array, at: number): number {
  return viewOf(bytes).getUint8(at);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
