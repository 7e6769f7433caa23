import { type Brand, invariant } from "../base/index.ts";

/** An Ethernet address: six lower-case hexadecimal bytes with colons, `02:5b:1c:00:0a:ff`. */
export type Mac = Brand<string, "Mac">;

/** Reads six two-digit bytes with colons, in either case; else undefined. */
export function parseMac(text: string): Mac | undefined {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text) ? (text.toLowerCase() as Mac) : undefined;
}

/** The six bytes. */
export function macBytes(mac: Mac): Uint8Array {
  return Uint8Array.from(mac.split(":"), (byte) => parseInt(byte, 16));
}

/** The address in six bytes. */
export function macFromBytes(bytes: ArrayLike<number>): Mac {
  invariant(bytes.length === 6, "a MAC address has 6 bytes");
  const text = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
  const mac = parseMac(text);
  invariant(mac !== undefined, `not the bytes of a MAC address: ${text}`);
  return mac;
}
