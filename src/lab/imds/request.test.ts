import { describe, expect, test } from "vitest";
import { newRandom } from "../../base/index.ts";
import { parseInstanceId, type InstanceId } from "../../facts/index.ts";
import { answerMetadata, type MetadataReply } from "./request.ts";
import { Sessions } from "./sessions.ts";

const ONE = parseInstanceId("i-00000000000000001") as InstanceId;
const TWO = parseInstanceId("i-00000000000000002") as InstanceId;
const MAC = "02:11:22:33:44:55";

function service(
  httpTokens: "optional" | "required" = "optional",
  httpEndpoint: "enabled" | "disabled" = "enabled",
) {
  const source = {
    sessions: new Sessions(newRandom(1)),
    optionsOf: () => ({ httpTokens, httpEndpoint }),
    treeOf: (instance: InstanceId) => ({
      latest: {
        "meta-data": { "instance-id": instance, macs: { [MAC]: { "device-number": "0" } } },
      },
    }),
  };
  return (
    url: string,
    { method = "GET", headers = {}, instance = ONE, nowMs = 0 } = {},
  ): MetadataReply => answerMetadata(source, { instance, method, url, headers, nowMs });
}

const TTL = "x-aws-ec2-metadata-token-ttl-seconds";
const TOKEN = "x-aws-ec2-metadata-token";

describe("paths", () => {
  test.each([
    { name: "a leaf", url: "/latest/meta-data/instance-id", want: ONE },
    { name: "a leaf with a slash", url: "/latest/meta-data/instance-id/", want: ONE },
    { name: "a directory", url: "/latest/meta-data/macs/", want: `${MAC}/` },
    { name: "a directory without a slash", url: "/latest/meta-data/macs", want: `${MAC}/` },
    { name: "a MAC", url: `/latest/meta-data/macs/${MAC}/device-number`, want: "0" },
    {
      name: "an encoded MAC",
      url: `/latest/meta-data/macs/${encodeURIComponent(MAC)}/device-number`,
      want: "0",
    },
    { name: "an older version", url: "/2021-03-23/meta-data/instance-id", want: ONE },
    { name: "a query is ignored", url: "/latest/meta-data/instance-id?x=1", want: ONE },
  ])("$name", ({ url, want }) => {
    expect(service()(url)).toMatchObject({ status: 200, body: want });
  });

  test.each([
    { name: "an unknown path", url: "/latest/meta-data/nope", method: "GET", status: 404 },
    { name: "a bad escape", url: "/latest/%zz", method: "GET", status: 400 },
    { name: "a method that changes things", url: "/latest/meta-data", method: "POST", status: 405 },
  ])("refused: $name", ({ url, method, status }) => {
    expect(service()(url, { method })).toMatchObject({ status, body: undefined });
  });
});

test("a disabled endpoint refuses everything", () => {
  expect(service("optional", "disabled")("/latest/meta-data/instance-id").status).toBe(403);
});

describe("sessions", () => {
  const ask = service("required");
  const put = { method: "PUT", headers: { [TTL]: "60" } };

  test("a token comes with its length echoed and no newline", () => {
    const reply = ask("/latest/api/token", put);
    expect(reply).toMatchObject({ status: 200, headers: { [TTL]: "60" } });
    expect(reply.body).toMatch(/^[\w-]+==$/);
  });

  test("a token is good until it expires, and for its own instance only", () => {
    const token = ask("/latest/api/token", put).body ?? "";
    const read = (options: object): number =>
      ask("/latest/meta-data/instance-id", { headers: { [TOKEN]: token }, ...options }).status;
    expect(read({ nowMs: 59_999 })).toBe(200);
    expect(read({ nowMs: 60_000 })).toBe(401);
    expect(read({ instance: TWO })).toBe(401);
  });

  test("expired tokens are forgotten when new ones are asked for", () => {
    const token = ask("/latest/api/token", put).body ?? "";
    ask("/latest/api/token", { ...put, nowMs: 60_000 });
    const reply = ask("/latest/meta-data/instance-id", { headers: { [TOKEN]: token } });
    expect(reply.status).toBe(401);
  });

  test.each([
    { name: "no length", headers: {}, status: 400 },
    { name: "zero seconds", headers: { [TTL]: "0" }, status: 400 },
    { name: "too long", headers: { [TTL]: "21601" }, status: 400 },
    { name: "no number", headers: { [TTL]: "long" }, status: 400 },
    {
      name: "through a proxy",
      headers: { [TTL]: "60", "x-forwarded-for": "10.0.0.1" },
      status: 403,
    },
  ])("no token: $name", ({ headers, status }) => {
    expect(ask("/latest/api/token", { method: "PUT", headers }).status).toBe(status);
  });

  test("a token is asked for by PUT", () => {
    expect(ask("/latest/api/token").status).toBe(405);
  });

  test("without a token: served where that is allowed, 401 with an empty body elsewhere", () => {
    expect(service("optional")("/latest/meta-data/instance-id").status).toBe(200);
    expect(ask("/latest/meta-data/instance-id")).toMatchObject({ status: 401, body: "" });
  });

  test("a wrong token is refused even where none is needed", () => {
    const headers = { [TOKEN]: "AQAAAA==" };
    expect(service("optional")("/latest/meta-data/instance-id", { headers }).status).toBe(401);
  });
});
