import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newRandom } from "../../base/index.ts";
import type { EniId } from "../../facts/index.ts";
import { formatCidr, formatIpv4 } from "../../net/index.ts";
import { DEFAULT_TIMING, type Eni, INSTANT_TIMING } from "../../vpc/index.ts";
import { newTestWorld, TestClock, type TestWorld } from "../ec2/api-for-tests.ts";
import { createImds, type ImdsOptions } from "./imds.ts";
import type { MetadataServer } from "./server.ts";

let clock: TestClock;
let world: TestWorld;
let imds: MetadataServer;
let address: string;

function start(options: Partial<ImdsOptions> = {}, timing = INSTANT_TIMING): void {
  clock = new TestClock();
  world = newTestWorld(clock, timing);
  const nowMs = (): number => clock.nowMs();
  imds = createImds({ region: world.region, nowMs, random: newRandom(3), ...options });
  address = formatIpv4(primary().addresses[0] ?? (0 as never));
}
beforeEach(() => {
  start();
});
afterEach(() => imds.app.close());

function primary(): Eni {
  const [eni] = world.region.instances.enisOf(world.instanceId);
  if (eni === undefined) throw new Error("no ENI");
  return eni;
}

async function get(path: string, remoteAddress = address): Promise<string | number> {
  const { statusCode, body } = await imds.app.inject({ url: path, remoteAddress });
  return statusCode === 200 ? body : statusCode;
}

const meta = (path: string): Promise<string | number> => get(`/latest/meta-data/${path}`);

describe("what an agent reads at its start", () => {
  test("the instance", async () => {
    expect(await meta("placement/availability-zone")).toBe("us-west-2a");
    expect(await meta("placement/region/")).toBe("us-west-2");
    expect(await meta("instance-id")).toBe(world.instanceId);
    expect(await meta("instance-type")).toBe("m5.large");
    expect(await meta("local-ipv4")).toBe(address);
    expect(await meta("mac")).toBe(primary().mac);
    const name = `ip-${address.replaceAll(".", "-")}.us-west-2.compute.internal`;
    expect(await meta("local-hostname")).toBe(name);
    expect(await meta("security-groups")).toBe("default");
    expect(await meta("services/domain")).toBe("amazonaws.com");
    expect(await meta("ipv6")).toBe(404);
    expect(await meta("tags/instance/Name")).toBe(404);
    expect(await get("/latest/user-data")).toBe(404);
  });

  test("the identity document", async () => {
    const document = await get("/latest/dynamic/instance-identity/document");
    expect(JSON.parse(String(document))).toMatchObject({
      accountId: "111122223333",
      architecture: "x86_64",
      availabilityZone: "us-west-2a",
      instanceId: world.instanceId,
      instanceType: "m5.large",
      privateIp: address,
      region: "us-west-2",
    });
  });

  test("the role and its credentials", async () => {
    expect(await meta("iam/security-credentials/")).toBe("berth-node");
    const credentials: unknown = JSON.parse(
      String(await meta("iam/security-credentials/berth-node")),
    );
    expect(credentials).toMatchObject({
      Code: "Success",
      AccessKeyId: `ASIA${world.instanceId.slice(3).toUpperCase()}`,
      Expiration: expect.stringMatching(/^2026-01-02T0[89]:00:00Z$/) as string,
    });
    expect(JSON.parse(String(await meta("iam/info")))).toMatchObject({ Code: "Success" });
    expect(await meta("iam/security-credentials-extended/")).toBe(404);
  });

  test("the primary interface", async () => {
    const eni = primary();
    const mac = `network/interfaces/macs/${eni.mac}`;
    expect(await meta("network/interfaces/macs")).toBe(`${eni.mac}/`);
    expect(await meta(`${mac}/interface-id`)).toBe(eni.id);
    expect(await meta(`${mac}/device-number`)).toBe("0");
    expect(await meta(`${mac}/network-card`)).toBe("0");
    expect(await meta(`${mac}/subnet-id`)).toBe(world.subnetA);
    expect(await meta(`${mac}/subnet-ipv4-cidr-block`)).toBe("10.0.1.0/24");
    expect(await meta(`${mac}/vpc-id`)).toBe(world.vpcId);
    expect(await meta(`${mac}/vpc-ipv4-cidr-block`)).toBe("10.0.0.0/16");
    expect(await meta(`${mac}/vpc-ipv4-cidr-blocks`)).toBe("10.0.0.0/16");
    expect(await meta(`${mac}/local-ipv4s`)).toBe(address);
    expect(await meta(`${mac}/security-group-ids`)).toBe(world.groupId);
    expect(await meta(`${mac}/ipv4-prefix`)).toBe(404);
    const names = String(await meta(`${mac}/`)).split("\n");
    expect(names).toContain("local-ipv4s");
    expect(names).not.toContain("ipv4-prefix");
    expect(names).not.toContain("ipv6s");
  });
});

test("addresses: the primary first; prefixes apart from them", async () => {
  const { region } = world;
  region.addresses.assign({ eniId: primary().id, secondaryCount: 3 });
  region.addresses.assign({ eniId: primary().id, prefixCount: 2 });
  const mac = `network/interfaces/macs/${primary().mac}`;
  const ips = String(await meta(`${mac}/local-ipv4s`)).split("\n");
  expect(ips).toEqual(primary().addresses.map(formatIpv4));
  expect(ips[0]).toBe(address);
  const prefixes = primary().prefixes.map(formatCidr).join("\n");
  expect(await meta(`${mac}/ipv4-prefix`)).toBe(prefixes);
});

describe("who asks", () => {
  test("is known by any address of its ENIs, mapped into IPv6 too", async () => {
    world.region.addresses.assign({ eniId: primary().id, secondaryCount: 1 });
    const second = formatIpv4(primary().addresses[1] ?? (0 as never));
    expect(await get("/latest/meta-data/instance-id", second)).toBe(world.instanceId);
    expect(await get("/latest/meta-data/instance-id", `::ffff:${address}`)).toBe(world.instanceId);
  });

  test.each(["10.0.1.250", "192.0.2.1", "::1"])("%s is nobody", async (remoteAddress) => {
    const { statusCode, body } = await imds.app.inject({ url: "/latest/", remoteAddress });
    expect(statusCode).toBe(404);
    expect(body).toContain("<h1>404 - Not Found</h1>");
  });
});

describe("settings of an instance", () => {
  test("required sessions, tags, a profile and user data", async () => {
    const { region, subnetB } = world;
    const run = region.instances.run({
      instanceType: "m5.large",
      imageId: "ami-1",
      enis: [{ deviceIndex: 0, subnetId: subnetB }],
      instanceTags: new Map([["Name", "strict"]]),
      details: {
        userData: Buffer.from("#!/bin/sh\n").toString("base64"),
        iamInstanceProfile: "strict-role",
        metadata: {
          httpTokens: "required",
          httpEndpoint: "enabled",
          httpPutResponseHopLimit: 2,
          instanceMetadataTags: "enabled",
        },
      },
    });
    const id = run.ok ? run.value.instances[0]?.id : undefined;
    if (id === undefined) throw new Error("not started");
    const ip = region.instances.enisOf(id)[0]?.addresses[0];
    const remoteAddress = ip === undefined ? "" : formatIpv4(ip);
    expect(await get("/latest/meta-data/instance-id", remoteAddress)).toBe(401);
    const put = await imds.app.inject({
      method: "PUT",
      url: "/latest/api/token",
      remoteAddress,
      headers: { "x-aws-ec2-metadata-token-ttl-seconds": "300" },
    });
    expect(put.headers["x-aws-ec2-metadata-token-ttl-seconds"]).toBe("300");
    const read = async (path: string): Promise<string> => {
      const headers = { "x-aws-ec2-metadata-token": put.body };
      return (await imds.app.inject({ url: path, remoteAddress, headers })).body;
    };
    expect(await read("/latest/meta-data/instance-id")).toBe(id);
    expect(await read("/latest/meta-data/tags/instance/Name")).toBe("strict");
    expect(await read("/latest/meta-data/iam/security-credentials/")).toBe("strict-role");
    expect(await read("/latest/user-data")).toBe("#!/bin/sh\n");
  });
});

describe("lag behind EC2", () => {
  const lag = {
    attachMs: 500,
    detachMs: 1_000,
    assignMs: 2_000,
    unassignMs: 3_000,
    groupsMs: 4_000,
  };

  function attachOne(): EniId {
    const { region, subnetA, instanceId } = world;
    const made = region.enis.create({ subnetId: subnetA, secondaryCount: 2 });
    if (!made.ok) throw new Error(made.error.message);
    region.attachments.attach({ eniId: made.value.id, instanceId, deviceIndex: 1 });
    return made.value.id;
  }

  async function macs(): Promise<number> {
    return String(await meta("network/interfaces/macs/")).split("\n").length;
  }

  async function addresses(mac: string): Promise<number> {
    return String(await meta(`network/interfaces/macs/${mac}/local-ipv4s`)).split("\n").length;
  }

  test("an interface appears after it is attached, and goes after it is detached", async () => {
    await imds.app.close();
    const timing = {
      ...DEFAULT_TIMING,
      attach: { minMs: 1_500, maxMs: 1_500 },
      detach: { minMs: 3_000, maxMs: 3_000 },
    };
    start({ lag }, timing);
    const eniId = attachOne();
    clock.pass(1_999);
    expect(await macs()).toBe(1);
    clock.pass(1);
    expect(await macs()).toBe(2);
    const mac = world.region.records.enis.get(eniId)?.mac ?? "";
    expect(await meta(`network/interfaces/macs/${mac}/device-number`)).toBe("1");
    expect(await addresses(mac)).toBe(3);
    const attachmentId = world.region.records.enis.get(eniId)?.attachment?.id;
    if (attachmentId === undefined) throw new Error("not attached");
    world.region.attachments.detach(attachmentId);
    clock.pass(3_999);
    expect(await macs()).toBe(2);
    clock.pass(1);
    expect(await macs()).toBe(1);
  });

  test("addresses come late and go later; groups follow", async () => {
    await imds.app.close();
    start({ lag });
    const { region } = world;
    const { id, mac } = primary();
    region.addresses.assign({ eniId: id, secondaryCount: 2 });
    await Promise.resolve();
    region.advance(clock.nowMs());
    clock.pass(1_999);
    expect(await addresses(mac)).toBe(1);
    clock.pass(1);
    expect(await addresses(mac)).toBe(3);
    region.addresses.unassign(id, { addresses: primary().addresses.slice(1) });
    clock.pass(2_999);
    expect(await addresses(mac)).toBe(3);
    clock.pass(1);
    expect(await addresses(mac)).toBe(1);
    const group = region.groups.create({ vpcId: world.vpcId, name: "pods", description: "pods" });
    if (!group.ok) throw new Error(group.error.message);
    region.enis.modify(id, { groupIds: [group.value.id] });
    clock.pass(3_999);
    expect(await meta("security-groups")).toBe("default");
    clock.pass(1);
    expect(await meta("security-groups")).toBe("pods");
  });
});

test("a further block of the VPC shows once it is associated", async () => {
  const { region, vpcId } = world;
  const block = { ...(region.records.vpcs.get(vpcId)?.cidrs[0]?.cidr ?? (0 as never)) };
  region.vpcs.associateCidr(vpcId, { ...block, base: (100 * 2 ** 24 + 64 * 2 ** 16) as never });
  clock.pass(1);
  const mac = `network/interfaces/macs/${primary().mac}`;
  expect(await meta(`${mac}/vpc-ipv4-cidr-blocks`)).toBe("10.0.0.0/16\n100.64.0.0/16");
});

test("a terminated instance finds nothing", async () => {
  world.region.instances.terminate([world.instanceId]);
  clock.pass(60_000);
  expect(await meta("instance-id")).toBe(404);
});
