import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCall, decodeReply, encodeCall, encodeReply, FRAME_MAX_BYTES } from "./frame.ts";

const key = fc.stringMatching(/^CNI_[A-Z]{1,8}$/);
const text = fc.string().map((value) => value.replaceAll("\0", ""));

test("a call that was encoded is read back, and is incomplete without its last byte", () => {
  fc.assert(
    fc.property(fc.dictionary(key, text, { noNullPrototype: true }), fc.string(), (env, stdin) => {
      const bytes = encodeCall({ env, stdin });
      expect(decodeCall(bytes)).toEqual({ env, stdin });
      expect(decodeCall(bytes.subarray(0, -1))).toBe("incomplete");
      expect(decodeCall(bytes.subarray(0, 3))).toBe("incomplete");
    }),
  );
});

test("a reply that was encoded is read back", () => {
  fc.assert(
    fc.property(fc.nat(255), fc.string(), (status, stdout) => {
      const bytes = encodeReply({ status, stdout });
      expect(decodeReply(bytes)).toEqual({ status, stdout });
      expect(decodeReply(bytes.subarray(0, -1))).toBeUndefined();
    }),
  );
});

test.each([
  { name: "too long", bytes: [0xff, 0, 0, 0] },
  { name: "without the end of the environment", bytes: [0, 0, 0, 3, 0x41, 0x3d, 0x42] },
  { name: "with a variable without value", bytes: [0, 0, 0, 3, 0x41, 0, 0] },
  { name: "with a variable without name", bytes: [0, 0, 0, 3, 0x3d, 0, 0] },
])("a call $name is malformed", ({ bytes }) => {
  expect(FRAME_MAX_BYTES).toBeLessThan(0xff000000);
  expect(decodeCall(Buffer.from(bytes))).toBe("malformed");
});
