import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ByteWriter } from "./byte-writer.ts";
import { errnoName } from "./errno.ts";
import { FLAG, parseAcknowledgement, parseMessages, TYPE, writeRequest } from "./message.ts";

const request = fc.record({
  type: fc.integer({ min: 16, max: 200 }),
  flags: fc.integer({ min: 0, max: 0xffff }),
  body: fc.uint8Array({ maxLength: 300 }),
});

describe("framing", () => {
  test("the header's bytes", () => {
    const writer = new ByteWriter();
    const flags = FLAG.request | FLAG.ack | FLAG.create | FLAG.exclusive;
    writeRequest(writer, { type: TYPE.newLink, flags, body: Uint8Array.of(1, 2, 3) }, 0x01020304);
    expect(Buffer.from(writer.finish()).toString("hex")).toBe(
      "1300000010000506040302010000000001020300",
    );
  });

  test("law: several requests in one buffer come out as they went in", () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 8 }), (requests) => {
        const writer = new ByteWriter();
        requests.forEach((one, index) => {
          writeRequest(writer, one, index + 1);
        });
        const want = requests.map((one, index) => ({ ...one, sequence: index + 1 }));
        expect(parseMessages(writer.finish())).toEqual(want);
      }),
    );
  });

  test.each([
    { name: "a length below the header's", length: 15 },
    { name: "a length beyond the end", length: 17 },
  ])("$name is refused", ({ length }) => {
    const bytes = new ByteWriter().u32(length).zeros(12).finish();
    expect(() => parseMessages(bytes)).toThrow(/claims/);
  });
});

describe("acknowledgements", () => {
  const CAPPED = 0x100;
  const HAS_ATTRIBUTES = 0x200;
  const text = (writer: ByteWriter): ByteWriter => writer.attributeText(1, "Device is not up");
  const body = (errno: number): ByteWriter => new ByteWriter().u32((-errno & 0xffff_ffff) >>> 0);

  test.each([
    {
      name: "carried out",
      type: TYPE.error,
      flags: CAPPED,
      body: body(0).zeros(16),
      want: { errno: 0 },
    },
    {
      name: "refused",
      type: TYPE.error,
      flags: CAPPED,
      body: body(17).zeros(16),
      want: { errno: 17 },
    },
    {
      name: "refused with a sentence after the header of the request",
      type: TYPE.error,
      flags: CAPPED | HAS_ATTRIBUTES,
      body: text(body(100).u32(99).zeros(12)),
      want: { errno: 100, text: "Device is not up" },
    },
    {
      name: "refused with a sentence after the whole request",
      type: TYPE.error,
      flags: HAS_ATTRIBUTES,
      body: text(body(100).u32(21).zeros(12).zeros(8)),
      want: { errno: 100, text: "Device is not up" },
    },
    {
      name: "the end of a list, with an error",
      type: TYPE.done,
      flags: HAS_ATTRIBUTES,
      body: text(body(2)),
      want: { errno: 2, text: "Device is not up" },
    },
    {
      name: "the end of a list on old kernels",
      type: TYPE.done,
      flags: 0,
      body: new ByteWriter(),
      want: { errno: 0 },
    },
  ])("$name", ({ type, flags, body: writer, want }) => {
    const message = { type, flags, sequence: 1, body: writer.finish() };
    expect(parseAcknowledgement(message)).toEqual({ text: undefined, ...want });
  });
});

test.each([
  [19, "ENODEV"],
  [17, "EEXIST"],
  [3, "ESRCH"],
  [99, "EADDRNOTAVAIL"],
  [4095, "errno 4095"],
])("errno %d is %s", (errno, name) => {
  expect(errnoName(errno)).toBe(name);
});
