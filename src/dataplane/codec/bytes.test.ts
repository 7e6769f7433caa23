import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  attributeText,
  attributeU32,
  attributeU8,
  nestedAttributes,
  parseAttributes,
  readU16,
} from "./attributes.ts";
import { align4, ByteWriter } from "./byte-writer.ts";

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

describe("alignment", () => {
  test.each([
    [0, 0],
    [1, 4],
    [4, 4],
    [5, 8],
  ])("%d → %d", (length, want) => {
    expect(align4(length)).toBe(want);
  });
});

describe("writing attributes (bytes of a little-endian machine)", () => {
  test.each([
    {
      name: "u8, three bytes of padding",
      write: () => new ByteWriter().attributeU8(22, 58),
      want: "05001600 3a000000",
    },
    { name: "u16", write: () => new ByteWriter().attributeU16(1, 7), want: "06000100 07000000" },
    {
      name: "u32, no padding",
      write: () => new ByteWriter().attributeU32(6, 512),
      want: "08000600 00020000",
    },
    {
      name: "text with its NUL",
      write: () => new ByteWriter().attributeText(3, "eth0"),
      want: "09000300 65746830 00000000",
    },
    {
      name: "bytes",
      write: () => new ByteWriter().attributeBytes(1, Uint8Array.of(1, 2)),
      want: "06000100 01020000",
    },
    {
      name: "nested",
      write: () => new ByteWriter().attribute(18, (writer) => writer.attributeText(1, "veth")),
      want: "10001200 09000100 76657468 00000000",
    },
  ])("$name", ({ write, want }) => {
    expect(hex(write().finish())).toBe(want.replaceAll(" ", ""));
  });

  test.each([
    { size: 1, write: (writer: ByteWriter, value: number) => writer.u8(value) },
    { size: 2, write: (writer: ByteWriter, value: number) => writer.u16(value) },
    { size: 4, write: (writer: ByteWriter, value: number) => writer.u32(value) },
  ])("room grows under integers of $size bytes", ({ size, write }) => {
    const writer = new ByteWriter();
    for (let count = 0; count < 1000; count++) write(writer, count % 256);
    const bytes = writer.finish();
    expect(bytes).toHaveLength(1000 * size);
    expect(bytes.filter((_, at) => at % size === 0)).toEqual(
      Uint8Array.from({ length: 1000 }, (_, count) => count % 256),
    );
  });

  test("finish is a copy", () => {
    const writer = new ByteWriter().u8(1);
    const before = writer.finish();
    writer.u8(2);
    expect(before).toEqual(Uint8Array.of(1));
    expect(writer.length).toBe(2);
  });

  test("an attribute has at most 65535 bytes", () => {
    expect(() => new ByteWriter().attributeBytes(1, new Uint8Array(65_532))).toThrow(/longer than/);
  });
});

describe("reading attributes", () => {
  test("law: what is written is read", () => {
    const entries = fc.uniqueArray(
      fc.tuple(fc.integer({ min: 1, max: 0x3fff }), fc.uint8Array({ maxLength: 600 })),
      { selector: ([type]) => type, maxLength: 12 },
    );
    fc.assert(
      fc.property(entries, (list) => {
        const writer = new ByteWriter();
        for (const [type, payload] of list) writer.attributeBytes(type, payload);
        expect(writer.length % 4).toBe(0);
        expect([...parseAttributes(writer.finish())]).toEqual(list);
      }),
    );
  });

  test("flags in the type are ignored", () => {
    const bytes = new ByteWriter().attributeU32(0x8000 | 5, 9).finish();
    expect(attributeU32(parseAttributes(bytes), 5)).toBe(9);
  });

  test("typed readers: present, absent, nested", () => {
    const writer = new ByteWriter()
      .attributeU8(1, 200)
      .attributeText(2, "x")
      .attributeBytes(3, Uint8Array.of(0x79));
    writer.attribute(4, (inner) => inner.attributeU32(1, 7));
    const attributes = parseAttributes(writer.finish());
    expect(attributeU8(attributes, 1)).toBe(200);
    expect(attributeU8(attributes, 9)).toBeUndefined();
    expect(attributeText(attributes, 2)).toBe("x");
    expect(attributeText(attributes, 3), "without a NUL").toBe("y");
    expect(attributeText(attributes, 9)).toBeUndefined();
    expect(attributeU32(nestedAttributes(attributes, 4), 1)).toBe(7);
    expect(attributeU32(attributes, 9)).toBeUndefined();
    expect(nestedAttributes(attributes, 9).size).toBe(0);
  });

  test.each([
    { name: "a length below the header's", bytes: "03000100" },
    { name: "a length beyond the end", bytes: "09000100 00000000" },
  ])("$name is refused", ({ bytes }) => {
    expect(() => parseAttributes(Buffer.from(bytes.replaceAll(" ", ""), "hex"))).toThrow(/claims/);
  });

  test("a slice of a larger buffer is read from its own start", () => {
    expect(readU16(Uint8Array.of(9, 1, 0, 9).subarray(1, 3), 0)).toBe(1);
  });
});
