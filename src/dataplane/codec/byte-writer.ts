import { invariant } from "../../base/index.ts";

/** Whether this machine keeps the low byte first. Netlink integers are in the machine's own order. */
export const LITTLE_ENDIAN: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Bytes of an attribute's own header: u16 length, u16 type (linux/netlink.h, `struct nlattr`). */
export const ATTRIBUTE_HEADER_BYTES = 4;

/** The next multiple of 4 (`NLMSG_ALIGN` and `NLA_ALIGN` of linux/netlink.h). */
export function align4(length: number): number {
  return (length + 3) & ~3;
}

/** Builds the bytes of a netlink message from front to back. Integers are in host order. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#grow(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#grow(2);
    this.#view.setUint16(at, value, LITTLE_ENDIAN);
    return this;
  }

  u32(value: number): this {
    const at = this.#grow(4);
    this.#view.setUint32(at, value, LITTLE_ENDIAN);
    return this;
  }

  bytes(value: Uint8Array): this {
    const at = this.#grow(value.length);
    this.#bytes.set(value, at);
    return this;
  }

  zeros(count: number): this {
    this.#grow(count);
    return this;
  }

  /**
   * One attribute: its header, what `writePayload` writes, and padding to 4 bytes that its length does not count.
   * The payload may itself consist of attributes.
   */
  attribute(type: number, writePayload: (writer: this) => void): this {
    const start = this.#length;
    this.u16(0).u16(type);
    writePayload(this);
    const length = this.#length - start;
    invariant(length <= 0xffff, `attribute ${String(type)} is longer than 65535 bytes`);
    this.#view.setUint16(start, length, LITTLE_ENDIAN);
    return this.zeros(align4(length) - length);
  }

  attributeU8(type: number, value: number): this {
    return this.attribute(type, () => this.u8(value));
  }

  attributeU16(type: number, value: number): this {
    return this.attribute(type, () => this.u16(value));
  }

  attributeU32(type: number, value: number): this {
    return this.attribute(type, () => this.u32(value));
  }

  attributeBytes(type: number, value: Uint8Array): this {
    return this.attribute(type, () => this.bytes(value));
  }

  /** Text in UTF-8 with the NUL that the kernel expects after it. */
  attributeText(type: number, text: string): this {
    return this.attribute(type, () => this.bytes(new TextEncoder().encode(text)).u8(0));
  }

  /** The bytes written so far. Later writes do not change them. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #grow(count: number): number {
    const at = this.#length;
    this.#length += count;
    if (this.#length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length));
      larger.set(this.#bytes);
      this.#bytes = larger;
      this.#view = new DataView(larger.buffer);
    }
    return at;
  }
}
