import { describe, expect, test } from "vitest";
import { ip } from "../testing/values.ts";
import { ByteWriter } from "./byte-writer.ts";
import { dumpConnectionsRequest, parseConnection } from "./connection-message.ts";
import { ipBytes } from "./ip.ts";

const POD = ip("10.0.1.11");
const SERVER = ip("198.51.100.2");

/** What the kernel would say: both tuples, and the mark with its high byte first. */
function connection({ ipv6 = false, mark }: { ipv6?: boolean; mark?: number }): Uint8Array {
  const writer = new ByteWriter().u8(2).zeros(3);
  for (const [type, source] of [
    [1, POD],
    [2, SERVER],
  ] as const) {
    // CTA_IP_V6_SRC is 3.
    writer.attribute(type, () =>
      writer.attribute(1, () => writer.attributeBytes(ipv6 ? 3 : 1, ipBytes(source))),
    );
  }
  if (mark !== undefined) writer.attributeBytes(8, Uint8Array.of(0, 0, mark >> 8, mark & 0xff));
  return writer.finish();
}

describe("connections", () => {
  test("the request has mark and mask with the high byte first", () => {
    const { type, flags, body } = dumpConnectionsRequest({ mark: 0x80, mask: 0x180 });
    expect({ type, flags, body: Buffer.from(body).toString("hex") }).toEqual({
      type: 0x101,
      flags: 0x300,
      body: "02000000" + "08000800" + "00000080" + "08001500" + "00000180",
    });
  });

  test.each([
    {
      name: "with a mark",
      given: { mark: 0x180 },
      want: { source: POD, responder: SERVER, mark: 0x180 },
    },
    { name: "without", given: {}, want: { source: POD, responder: SERVER, mark: 0 } },
    { name: "of IPv6", given: { ipv6: true }, want: undefined },
  ])("$name", ({ given, want }) => {
    expect(parseConnection(connection(given))).toEqual(want);
  });
});
