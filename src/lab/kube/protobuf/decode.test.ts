import protobuf from "protobufjs/minimal.js";
import { describe, expect, test } from "vitest";
import { decodeProtobuf } from "./decode.ts";
import recorded from "./recorded-bodies.json" with { type: "json" };

describe("bodies that kubectl 1.35 sent", () => {
  test.each(recorded)("$command", ({ body, object }) => {
    const bytes = Buffer.from(body, "base64");
    const { apiVersion, kind } = object;
    expect(decodeProtobuf(bytes)).toEqual({ ok: true, value: { apiVersion, kind, object } });
  });
});

type Write = (writer: protobuf.Writer) => protobuf.Writer;

/** A message: each part is written under its field number as bytes, text or number. */
function message(fields: Readonly<Record<number, Uint8Array | string | number>>): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [number, value] of Object.entries(fields)) {
    const tag = Number(number) << 3;
    const write: Write =
      typeof value === "number"
        ? (it) => it.uint32(tag).int64(value)
        : (it) =>
            typeof value === "string"
              ? it.uint32(tag | 2).string(value)
              : it.uint32(tag | 2).bytes(value);
    write(writer);
  }
  return writer.finish();
}

function envelope(apiVersion: string, kind: string, object: Uint8Array): Uint8Array {
  const unknown = message({ 1: message({ 1: apiVersion, 2: kind }), 2: object });
  return Buffer.concat([Buffer.from("k8s\0"), unknown]);
}

function decoded(apiVersion: string, kind: string, object: Uint8Array): unknown {
  const result = decodeProtobuf(envelope(apiVersion, kind, object));
  return result.ok ? result.value.object : result.error;
}

const NOON_S = Date.UTC(2026, 0, 2, 12) / 1000;

describe("other messages", () => {
  test("an event of events.k8s.io, as the client library's recorder sends it", () => {
    const event = message({
      1: message({ 1: "web.18a", 3: "shop" }),
      2: message({ 1: NOON_S, 2: 123_456_000 }),
      3: message({ 1: 4, 2: message({ 1: NOON_S }) }),
      4: "aws-node",
      5: "aws-node-x",
      6: "Assign",
      7: "NoAddress",
      8: message({ 1: "Pod", 2: "shop", 3: "web", 4: "uid-1", 5: "v1" }),
      10: "no address",
      11: "Warning",
    });
    expect(decoded("events.k8s.io/v1", "Event", event)).toEqual({
      apiVersion: "events.k8s.io/v1",
      kind: "Event",
      metadata: { name: "web.18a", namespace: "shop" },
      eventTime: "2026-01-02T12:00:00.123456Z",
      series: { count: 4, lastObservedTime: "2026-01-02T12:00:00.000000Z" },
      reportingController: "aws-node",
      reportingInstance: "aws-node-x",
      action: "Assign",
      reason: "NoAddress",
      regarding: { kind: "Pod", namespace: "shop", name: "web", uid: "uid-1", apiVersion: "v1" },
      note: "no address",
      type: "Warning",
    });
  });

  test("a core event", () => {
    const event = message({
      2: message({ 1: "Pod", 3: "web" }),
      3: "Pulled",
      5: message({ 1: "kubelet", 2: "node-1" }),
      6: message({ 1: NOON_S }),
      8: 2,
    });
    expect(decoded("v1", "Event", event)).toMatchObject({
      involvedObject: { kind: "Pod", name: "web" },
      source: { component: "kubelet", host: "node-1" },
      firstTimestamp: "2026-01-02T12:00:00Z",
      count: 2,
    });
  });

  test.each(["v1", "policy/v1", "apps/v1"])("delete options of %s", (apiVersion) => {
    const options = message({
      1: 0,
      2: message({ 1: "uid-1" }),
      4: "Background",
      5: "All",
    });
    expect(decoded(apiVersion, "DeleteOptions", options)).toEqual({
      apiVersion,
      kind: "DeleteOptions",
      gracePeriodSeconds: 0,
      preconditions: { uid: "uid-1" },
      propagationPolicy: "Background",
      dryRun: ["All"],
    });
  });

  test("fields of an embedded struct are among the object's own", () => {
    const volume = message({ 1: "data", 2: message({ 1: message({ 1: "/var" }) }) });
    const pod = message({ 2: message({ 1: volume }) });
    expect(decoded("v1", "Pod", pod)).toMatchObject({
      spec: { volumes: [{ name: "data", hostPath: { path: "/var" } }] },
    });
  });

  test("a list of numbers, packed and not", () => {
    const context = message({ 4: message({ 1: 7 }) });
    expect(context.length).toBeGreaterThan(0);
    const groups = (value: Uint8Array | number): unknown =>
      decoded("v1", "Pod", message({ 2: message({ 14: message({ 4: value }) }) }));
    expect(groups(7)).toMatchObject({ spec: { securityContext: { supplementalGroups: [7] } } });
    expect(groups(Uint8Array.of(7, 8))).toMatchObject({
      spec: { securityContext: { supplementalGroups: [7, 8] } },
    });
  });

  test("an object inside an object", () => {
    const revision = message({ 2: message({ 1: '{"spec":{"x":1}}' }), 3: 5 });
    expect(decoded("apps/v1", "ControllerRevision", revision)).toMatchObject({
      data: { spec: { x: 1 } },
      revision: 5,
    });
  });
});

describe("refused", () => {
  test.each([
    {
      name: "no envelope",
      body: Buffer.from("{}"),
      want: {
        kind: "malformed",
        message: "provided data does not appear to be a protobuf message, expected prefix k8s",
      },
    },
    { name: "nothing", body: Buffer.alloc(0), want: { kind: "malformed" } },
    {
      name: "a length past the end",
      body: Buffer.from("k8s\0\x0a\x7f", "latin1"),
      want: { kind: "malformed" },
    },
    {
      name: "a wire type that does not exist",
      body: Buffer.from("k8s\0\x0f\x00", "latin1"),
      want: { kind: "malformed" },
    },
    {
      name: "a kind without a message",
      body: Buffer.from(envelope("example.com/v1", "Thing", new Uint8Array())),
      want: {
        kind: "unsupported",
        message:
          "the body of the request was in an unknown format (example.com/v1 Thing as protobuf) - accepted media types include: application/json, application/yaml",
      },
    },
    {
      name: "a definition of a kind",
      body: Buffer.from(
        envelope("apiextensions.k8s.io/v1", "CustomResourceDefinition", new Uint8Array()),
      ),
      want: { kind: "unsupported" },
    },
  ])("$name", ({ body, want }) => {
    expect(decodeProtobuf(body)).toMatchObject({ ok: false, error: want });
  });
});
