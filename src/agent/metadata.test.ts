import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { formatCidr, formatCidr6, formatIpv4 } from "../net/index.ts";
import { newImdsClient } from "./imds-client.ts";
import type { ImdsClient } from "./imds-client.ts";
import { newInstanceMetadata } from "./metadata.ts";

const MACS = "/latest/meta-data/network/interfaces/macs";
const PRIMARY = "02:00:00:00:00:01";
const SECOND = "02:00:00:00:00:02";

/** What an m5.large with two ENIs shows. */
function paths(): Map<string, string> {
  return new Map([
    ["/latest/dynamic/instance-identity/document", '{"region":"us-west-2"}'],
    ["/latest/meta-data/placement/availability-zone", "us-west-2a"],
    ["/latest/meta-data/local-ipv4", "10.0.1.10"],
    ["/latest/meta-data/instance-id", "i-00000001"],
    ["/latest/meta-data/instance-type", "m5.large"],
    ["/latest/meta-data/mac", PRIMARY],
    [MACS, `${SECOND}/\n${PRIMARY}/`],
    [
      `${MACS}/${PRIMARY}`,
      "device-number\ninterface-id\nlocal-ipv4s\nsubnet-id\nsubnet-ipv4-cidr-block\nvpc-id",
    ],
    // A primary that claims another device number is device 0 all the same.
    [`${MACS}/${PRIMARY}/device-number`, "2"],
    [`${MACS}/${PRIMARY}/interface-id`, "eni-00000001"],
    [`${MACS}/${PRIMARY}/local-ipv4s`, "10.0.1.10\n10.0.1.20"],
    [`${MACS}/${PRIMARY}/subnet-id`, "subnet-00000001"],
    [`${MACS}/${PRIMARY}/subnet-ipv4-cidr-block`, "10.0.1.0/24"],
    [`${MACS}/${PRIMARY}/vpc-id`, "vpc-00000001"],
    [`${MACS}/${PRIMARY}/vpc-ipv4-cidr-blocks`, "10.0.0.0/16\n100.64.0.0/16"],
    [`${MACS}/${PRIMARY}/security-group-ids`, "sg-00000001\nsg-00000002"],
    [
      `${MACS}/${SECOND}`,
      "device-number\ninterface-id\nipv4-prefix\nipv6-prefix\nnetwork-card\nlocal-ipv4s\nsubnet-id",
    ],
    [`${MACS}/${SECOND}/device-number`, "1"],
    [`${MACS}/${SECOND}/interface-id`, "eni-00000002"],
    [`${MACS}/${SECOND}/network-card`, "0"],
    [`${MACS}/${SECOND}/local-ipv4s`, "10.0.1.11"],
    [`${MACS}/${SECOND}/ipv4-prefix`, "10.0.1.64/28"],
    [`${MACS}/${SECOND}/ipv6-prefix`, "2600:1f14:1:1:5::/80"],
    [`${MACS}/${SECOND}/subnet-id`, "subnet-00000001"],
  ]);
}

interface Service {
  readonly client: ImdsClient;
  readonly seen: string[];
  /** Statuses to answer GETs with before behaving. */
  readonly mishaps: number[];
  /** Sessions that were ended behind the client's back. */
  readonly ended: Set<string>;
}

let server: Server | undefined;
let client: ImdsClient | undefined;

afterEach(() => {
  client?.close();
  server?.closeAllConnections();
  server?.close();
});

async function startService(content: Map<string, string>, timeoutMs = 1_000): Promise<Service> {
  const seen: string[] = [];
  const mishaps: number[] = [];
  const ended = new Set<string>();
  let tokens = 0;
  function respond(incoming: IncomingMessage, response: ServerResponse): void {
    seen.push(`${incoming.method ?? ""} ${incoming.url ?? ""}`);
    if (incoming.method === "PUT") {
      response.end(`token-${++tokens}`);
      return;
    }
    const token = String(incoming.headers["x-aws-ec2-metadata-token"]);
    const mishap = mishaps.shift();
    if (mishap === 0) return; // never answers
    const body = content.get(incoming.url ?? "");
    const valid = token.startsWith("token-") && !ended.has(token);
    response.statusCode = mishap ?? (valid ? (body === undefined ? 404 : 200) : 401);
    response.end(response.statusCode === 200 ? body : "");
  }
  const started = createServer(respond);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, "127.0.0.1", resolve));
  const { port } = started.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}/`;
  client = newImdsClient({ endpoint, timeoutMs, attempts: 3 });
  return { client, seen, mishaps, ended };
}

describe("the client", () => {
  test("asks for one token and sends it along; what is not there is undefined", async () => {
    const { client: imds, seen } = await startService(paths());
    expect(await imds.get("/latest/meta-data/mac")).toBe(PRIMARY);
    expect(await imds.get("/latest/meta-data/nothing")).toBeUndefined();
    expect(seen).toEqual([
      "PUT /latest/api/token",
      "GET /latest/meta-data/mac",
      "GET /latest/meta-data/nothing",
    ]);
  });

  test("gets a new token when its own has ended", async () => {
    const { client: imds, ended, seen } = await startService(paths());
    await imds.get("/latest/meta-data/mac");
    ended.add("token-1");
    expect(await imds.get("/latest/meta-data/mac")).toBe(PRIMARY);
    expect(seen.filter((line) => line.startsWith("PUT"))).toHaveLength(2);
  });

  test.each([
    { name: "a busy service", mishap: 503 },
    { name: "a service that does not answer", mishap: 0 },
  ])("tries again after $name", async ({ mishap }) => {
    const { client: imds, mishaps } = await startService(paths(), 100);
    mishaps.push(mishap, mishap);
    expect(await imds.get("/latest/meta-data/mac")).toBe(PRIMARY);
  });

  test("says that nobody answered in time", async () => {
    const { client: imds, mishaps } = await startService(paths(), 50);
    mishaps.push(0, 0, 0);
    await expect(imds.get("/latest/meta-data/mac")).rejects.toThrow(/: no answer within 50 ms\.$/);
  });

  test("gives up in the end, and says what it asked", async () => {
    const { client: imds, mishaps } = await startService(paths());
    mishaps.push(500, 500, 500);
    await expect(imds.get("/latest/meta-data/mac")).rejects.toMatchObject({
      code: "metadataUnreachable",
      facts: { path: "/latest/meta-data/mac" },
    });
  });
});

describe("the metadata", () => {
  test("of the instance are typed", async () => {
    const metadata = newInstanceMetadata((await startService(paths())).client);
    expect(await metadata.instance()).toMatchObject({
      region: "us-west-2",
      instanceId: "i-00000001",
      instanceType: "m5.large",
      primaryMac: PRIMARY,
      primaryEni: "eni-00000001",
      subnet: "subnet-00000001",
      vpc: "vpc-00000001",
    });
    expect((await metadata.vpcCidrs()).map(formatCidr)).toEqual(["10.0.0.0/16", "100.64.0.0/16"]);
    expect(await metadata.securityGroups()).toEqual(["sg-00000001", "sg-00000002"]);
  });

  test("of ENIs come in the order of their device indexes, the primary being device 0", async () => {
    const metadata = newInstanceMetadata((await startService(paths())).client);
    const enis = await metadata.enis();
    expect(
      enis.map(({ id, deviceIndex, networkCard }) => ({ id, deviceIndex, networkCard })),
    ).toEqual([
      { id: "eni-00000001", deviceIndex: 0, networkCard: 0 },
      { id: "eni-00000002", deviceIndex: 1, networkCard: 0 },
    ]);
    expect(enis[0]?.ipv4s.map(formatIpv4)).toEqual(["10.0.1.10", "10.0.1.20"]);
    expect(enis[1]?.prefixes.map(formatCidr)).toEqual(["10.0.1.64/28"]);
    expect(enis[1]?.ipv6Prefixes.map(formatCidr6)).toEqual(["2600:1f14:1:1:5::/80"]);
    expect(enis[1]?.subnetCidr).toBeUndefined();
  });

  test.each([
    { name: "no region", path: "/latest/dynamic/instance-identity/document", body: "{}" },
    { name: "a strange MAC", path: "/latest/meta-data/mac", body: "zz" },
    { name: "no instance id", path: "/latest/meta-data/instance-id", body: undefined },
  ])("with $name are refused", async ({ path, body }) => {
    const content = paths();
    if (body === undefined) content.delete(path);
    else content.set(path, body);
    const metadata = newInstanceMetadata((await startService(content)).client);
    await expect(metadata.instance()).rejects.toMatchObject({ code: "metadataUnexpected" });
  });
});
