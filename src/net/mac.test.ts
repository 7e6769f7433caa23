import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvariantError } from "../base/index.ts";
import { macBytes, macFromBytes, parseMac } from "./index.ts";

describe("MAC addresses", () => {
  test.each([
    { name: "lower case", text: "02:5b:1c:00:0a:ff", want: "02:5b:1c:00:0a:ff" },
    { name: "upper case", text: "02:5B:1C:00:0A:FF", want: "02:5b:1c:00:0a:ff" },
    { name: "five bytes", text: "02:5b:1c:00:0a", want: undefined },
    { name: "seven bytes", text: "02:5b:1c:00:0a:ff:00", want: undefined },
    { name: "one digit", text: "2:5b:1c:00:0a:ff", want: undefined },
    { name: "hyphens", text: "02-5b-1c-00-0a-ff", want: undefined },
    { name: "no colons", text: "025b1c000aff", want: undefined },
    { name: "a letter past f", text: "02:5b:1c:00:0a:fg", want: undefined },
    { name: "a new line at the end", text: "02:5b:1c:00:0a:ff\n", want: undefined },
  ])("$name", ({ text, want }) => {
    expect(parseMac(text)).toBe(want);
  });

  test("bytes lead back to the address", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
        const mac = macFromBytes(bytes);
        expect(macBytes(mac)).toEqual(bytes);
        expect(parseMac(mac)).toBe(mac);
      }),
    );
  });

  test.each([
    { name: "five bytes", bytes: [0, 0, 0, 0, 0] },
    { name: "a number over 255", bytes: [0, 0, 0, 0, 0, 256] },
  ])("$name is a bug", ({ bytes }) => {
    expect(() => macFromBytes(bytes)).toThrow(InvariantError);
  });
});
