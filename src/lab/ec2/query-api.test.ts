import {
  CreateNetworkInterfaceCommand,
  DescribeInternetGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import { type Ipv4, parseIpv4 } from "../../net/index.ts";
import { newRandom } from "../../base/index.ts";
import { type Action, actionTable } from "./action.ts";
import { startTestApi } from "./api-for-tests.ts";
import { CallLog } from "./call-log.ts";
import { SYSTEM_CLOCK } from "./clock.ts";
import { NO_LATENCY, TYPICAL_LATENCY } from "./latency.ts";
import { createQueryApi } from "./query-api.ts";

describe("transport", () => {
  test("GET with a query string, on any path", async () => {
    await using lab = await startTestApi();
    const response = await fetch(`${lab.url}/any/path/?Action=DescribeVpcs&Version=2016-11-15`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/xml;charset=UTF-8");
    const body = await response.text();
    expect(body).toContain(
      '<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>',
    );
    expect(body).toContain(
      `<requestId>${response.headers.get("x-amzn-requestid") ?? ""}</requestId>`,
    );
    expect(body).toContain(`<vpcId>${lab.vpcId}</vpcId>`);
  });

  test.each(["application/x-www-form-urlencoded; charset=utf-8", "text/plain"])(
    "a body of type %o is read as a form",
    async (type) => {
      await using lab = await startTestApi();
      const body = Buffer.from("Action=DescribeVpcs");
      const response = await fetch(lab.url, {
        method: "POST",
        headers: { "content-type": type },
        body,
      });
      expect(response.status).toBe(200);
    },
  );

  test("the SDK learns the request id", async () => {
    await using lab = await startTestApi();
    const { $metadata } = await lab.client.send(new DescribeVpcsCommand());
    expect($metadata.requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  test("an error document, whole", async () => {
    await using lab = await startTestApi();
    const response = await fetch(lab.url, {
      method: "POST",
      body: new URLSearchParams("Action=Nope&x=<&>"),
    });
    const requestId = response.headers.get("x-amzn-requestid") ?? "";
    expect(await response.text()).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>InvalidAction</Code>' +
        "<Message>The action Nope is not valid for this web service.</Message></Error></Errors>" +
        `<RequestID>${requestId}</RequestID></Response>`,
    );
  });

  test.each([
    { what: "another method", path: "/", method: "DELETE", code: "InvalidAction" },
    {
      what: "a path that can't be decoded",
      path: "/%zz",
      method: "GET",
      code: "MalformedQueryString",
    },
  ])("$what is refused in EC2's form", async ({ path, method, code }) => {
    await using lab = await startTestApi();
    const response = await fetch(`${lab.url}${path}`, { method });
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toContain("text/xml");
    expect(await response.text()).toContain(`<Code>${code}</Code>`);
  });

  test("a body beyond the limit is refused in EC2's form", async () => {
    await using lab = await startTestApi();
    const response = await fetch(lab.url, { method: "POST", body: "x".repeat(2 ** 20 + 1) });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("<Code>MalformedQueryString</Code>");
  });

  test("text comes through as it went in, but for what XML can't hold", async () => {
    await using lab = await startTestApi();
    const made = await lab.client.send(
      new CreateNetworkInterfaceCommand({
        SubnetId: lab.subnetA,
        Description: `<a & "b"> é 🚢\u0001`,
      }),
    );
    expect(made.NetworkInterface?.Description).toBe(`<a & "b"> é 🚢\ufffd`);
  });

  test("empty lists and empty texts are there, absent structures are not", async () => {
    await using lab = await startTestApi();
    const { InternetGateways } = await lab.client.send(new DescribeInternetGatewaysCommand());
    expect(InternetGateways).toEqual([]);
    await lab.client.send(new CreateNetworkInterfaceCommand({ SubnetId: lab.subnetA }));
    const { NetworkInterfaces, NextToken } = await lab.client.send(
      new DescribeNetworkInterfacesCommand({
        Filters: [{ Name: "status", Values: ["available"] }],
      }),
    );
    expect(NextToken).toBeUndefined();
    expect(NetworkInterfaces?.[0]).toMatchObject({ Description: "", TagSet: [], Ipv4Prefixes: [] });
    expect(NetworkInterfaces?.[0]).not.toHaveProperty("Attachment");
    expect(NetworkInterfaces?.[0]).not.toHaveProperty("Ipv6Address");
  });

  test("several sockets, one API", async () => {
    await using lab = await startTestApi();
    const { createServer } = await import("node:http");
    const server = createServer(lab.api.requestListener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const response = await fetch(`http://127.0.0.1:${port}/?Action=DescribeVpcs`);
    expect(response.status).toBe(200);
    server.closeAllConnections();
    server.close();
    expect(lab.api.calls.counts().get("DescribeVpcs")).toEqual({ calls: 1, errors: 0 });
  });
});

test("a bug of ours is an internal error, and is told to us", async () => {
  const bugs: unknown[] = [];
  const broken: Action<undefined> = {
    name: "Break",
    kind: "change",
    required: [],
    optional: [],
    dryRun: false,
    run: () => {
      throw new TypeError("broken");
    },
  };
  const log = new CallLog({ capacity: 1 });
  const api = createQueryApi({
    actions: actionTable([broken]),
    worldAt: () => undefined,
    clock: SYSTEM_CLOCK,
    random: newRandom(1),
    latency: { ...NO_LATENCY, change: { minMs: 1, maxMs: 2 } },
    throttle: "off",
    log,
    onBug: (error) => bugs.push(error),
  });
  for (const url of ["/?Action=Fix", "/?Action=Break"]) await api.app.inject({ url });
  const response = await api.app.inject({ url: "/?Action=Break" });
  expect(response.statusCode).toBe(500);
  expect(response.body).toContain("<Code>InternalError</Code>");
  expect(bugs).toEqual([new TypeError("broken"), new TypeError("broken")]);
  expect(log.calls()).toMatchObject([
    { action: "Break", caller: "anonymous", client: "lightMyRequest" },
  ]);
  expect(log.counts().get("Fix")).toEqual({ calls: 1, errors: 1 });
  await api.app.close();
});

describe("client tokens", () => {
  test("the same request again makes nothing new and gets the same reply", async () => {
    await using lab = await startTestApi();
    const input = { SubnetId: lab.subnetA, ClientToken: "once" };
    const first = await lab.client.send(new CreateNetworkInterfaceCommand(input));
    const second = await lab.client.send(new CreateNetworkInterfaceCommand(input));
    expect(second.NetworkInterface).toEqual(first.NetworkInterface);
    expect(lab.region.records.enis.size).toBe(2);
  });

  test("another request with a used token is a mistake", async () => {
    await using lab = await startTestApi();
    const ClientToken = "once";
    await lab.client.send(
      new CreateNetworkInterfaceCommand({ SubnetId: lab.subnetA, ClientToken }),
    );
    const other = new CreateNetworkInterfaceCommand({ SubnetId: lab.subnetB, ClientToken });
    await expect(lab.client.send(other)).rejects.toMatchObject({
      name: "IdempotentParameterMismatch",
    });
  });

  test("a request that failed may be tried again", async () => {
    await using lab = await startTestApi();
    const input = { SubnetId: lab.subnetA, PrivateIpAddress: "10.0.1.77", ClientToken: "again" };
    const blocker = lab.region.enis.create({ subnetId: lab.subnetA, primary: parse("10.0.1.77") });
    await expect(lab.client.send(new CreateNetworkInterfaceCommand(input))).rejects.toMatchObject({
      name: "InvalidIPAddress.InUse",
    });
    if (blocker.ok) lab.region.enis.delete(blocker.value.id);
    const made = await lab.client.send(new CreateNetworkInterfaceCommand(input));
    expect(made.NetworkInterface?.PrivateIpAddress).toBe("10.0.1.77");
  });
});

describe("throttling and latency", () => {
  test("the SDK recognises a throttled call and gets through on a retry", async () => {
    const buckets = { DescribeSubnets: { capacity: 1, refillPerSecond: 1 } };
    await using lab = await startTestApi({ throttle: { scale: 1, buckets } });
    await lab.client.send(new DescribeSubnetsCommand());
    const refused = lab.client.send(new DescribeSubnetsCommand());
    await expect.poll(() => lab.api.calls.counts().get("DescribeSubnets")?.errors).toBe(1);
    lab.clock.pass(1_000);
    expect((await refused).$metadata.attempts).toBeGreaterThan(1);
    const log = lab.api.calls.calls().map(({ attempt, errorCode }) => [attempt, errorCode]);
    expect(log.slice(0, 2)).toEqual([
      [1, undefined],
      [1, "RequestLimitExceeded"],
    ]);
    expect(log.at(-1)?.[1]).toBeUndefined();
  });

  test("a throttled change has no effect", async () => {
    const buckets = { CreateNetworkInterface: { capacity: 0, refillPerSecond: 0 } };
    await using lab = await startTestApi({ throttle: { scale: 1, buckets } });
    const form = `Action=CreateNetworkInterface&SubnetId=${lab.subnetA}`;
    const response = await fetch(lab.url, { method: "POST", body: new URLSearchParams(form) });
    expect(response.status).toBe(503);
    expect(await response.text()).toContain("<Code>RequestLimitExceeded</Code>");
    expect(lab.region.records.enis.size).toBe(1);
  });

  test("calls take as long as their kind does", async () => {
    await using lab = await startTestApi({ latency: TYPICAL_LATENCY });
    await lab.client.send(new DescribeVpcsCommand());
    await lab.client.send(new CreateNetworkInterfaceCommand({ SubnetId: lab.subnetA }));
    const [read, change] = lab.api.calls.calls().map(({ tookMs }) => tookMs);
    const { read: reads, actions } = TYPICAL_LATENCY;
    expect(read).toBeGreaterThanOrEqual(reads.minMs);
    expect(read).toBeLessThanOrEqual(reads.maxMs);
    expect(change).toBeGreaterThanOrEqual(actions["CreateNetworkInterface"]?.minMs ?? Infinity);
  });
});

describe("eventual consistency", () => {
  const consistency = { newEniMs: 2_000, newAddressesMs: 1_000, deletedEniMs: 2_000 };

  test("a new ENI is unknown for a while, a deleted one known for a while", async () => {
    await using lab = await startTestApi({ consistency });
    const made = await lab.client.send(
      new CreateNetworkInterfaceCommand({ SubnetId: lab.subnetA }),
    );
    const id = made.NetworkInterface?.NetworkInterfaceId ?? "";
    const find = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] });
    const notFound = { name: "InvalidNetworkInterfaceID.NotFound" };
    await expect(lab.client.send(find)).rejects.toMatchObject(notFound);
    lab.clock.pass(2_000);
    expect((await lab.client.send(find)).NetworkInterfaces).toHaveLength(1);
    await fetch(`${lab.url}/?Action=DeleteNetworkInterface&NetworkInterfaceId=${id}`);
    lab.clock.pass(1_999);
    expect((await lab.client.send(find)).NetworkInterfaces).toHaveLength(1);
    lab.clock.pass(1);
    await expect(lab.client.send(find)).rejects.toMatchObject(notFound);
  });

  test("new addresses show late", async () => {
    await using lab = await startTestApi({ consistency });
    const [primary] = lab.region.instances.enisOf(lab.instanceId);
    const id = primary?.id ?? "";
    const count = async () => {
      const { NetworkInterfaces } = await lab.client.send(
        new DescribeNetworkInterfacesCommand({
          Filters: [{ Name: "network-interface-id", Values: [id] }],
        }),
      );
      const [eni] = NetworkInterfaces ?? [];
      return [eni?.PrivateIpAddresses?.length, eni?.Ipv4Prefixes?.length];
    };
    await fetch(
      `${lab.url}/?Action=AssignPrivateIpAddresses&NetworkInterfaceId=${id}&Ipv4PrefixCount=1`,
    );
    lab.clock.pass(500);
    await fetch(
      `${lab.url}/?Action=AssignPrivateIpAddresses&NetworkInterfaceId=${id}&SecondaryPrivateIpAddressCount=2`,
    );
    expect(await count()).toEqual([1, 0]);
    lab.clock.pass(500);
    expect(await count()).toEqual([1, 1]);
    lab.clock.pass(500);
    expect(await count()).toEqual([3, 1]);
  });
});

function parse(text: string): Ipv4 {
  const ip = parseIpv4(text);
  if (ip === undefined) throw new Error(text);
  return ip;
}
