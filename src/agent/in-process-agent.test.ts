import { afterEach, describe, expect, test } from "vitest";
import { Ec2Error } from "./ec2-error.ts";
import { startInProcessAgent } from "./in-process-agent.ts";
import type { InProcessAgent, InProcessAgentOptions, Sandbox } from "./in-process-agent.ts";
import { newNodeMemory } from "./node-memory.ts";
import { scaledTime } from "../time/index.ts";
import { formatIpv4 } from "../net/index.ts";
import { TinyCluster } from "./tiny-cluster.ts";
import { INSTANCE, SUBNET } from "./tiny-instance.ts";
import { SILENT } from "./tiny-node.ts";
import { TinyWorld } from "./tiny-world.ts";

const agents: InProcessAgent[] = [];
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.stop()));
});

/** Instance metadata of {@link TinyWorld}, by path. */
function metadataOf(world: TinyWorld): InProcessAgentOptions["metadata"] {
  const at = "/latest/meta-data";
  const { primaryMac, localIpv4, instanceId, instanceType } = INSTANCE;
  const plain: Record<string, string> = {
    "/latest/dynamic/instance-identity/document": JSON.stringify({ region: INSTANCE.region }),
    [`${at}/placement/availability-zone`]: INSTANCE.availabilityZone,
    [`${at}/local-ipv4`]: formatIpv4(localIpv4),
    [`${at}/instance-id`]: instanceId,
    [`${at}/instance-type`]: instanceType,
    [`${at}/mac`]: primaryMac,
  };
  async function get(path: string): Promise<string | undefined> {
    if (plain[path] !== undefined) return plain[path];
    const enis = await world.metadata.enis();
    const macs = `${at}/network/interfaces/macs`;
    if (path === macs) return enis.map(({ mac }) => `${mac}/`).join("\n");
    const [mac, name] = path.slice(macs.length + 1).split("/");
    const eni = enis.find((each) => each.mac === mac);
    if (eni === undefined) return undefined;
    const fields: Record<string, string> = {
      "interface-id": eni.id,
      "device-number": String(eni.deviceIndex),
      "subnet-id": eni.subnet,
      "vpc-id": INSTANCE.vpc,
      "subnet-ipv4-cidr-block": `${formatIpv4(SUBNET.base)}/${SUBNET.bits}`,
      "local-ipv4s": eni.ipv4s.map(formatIpv4).join("\n"),
      "security-group-ids": "sg-00000001",
      "vpc-ipv4-cidr-blocks": "10.0.0.0/16",
    };
    return name === undefined ? Object.keys(fields).join("\n") : fields[name];
  }
  return { get };
}

function start(given: Partial<InProcessAgentOptions> & { world: TinyWorld }): InProcessAgent {
  const { world, ...rest } = given;
  const agent = startInProcessAgent({
    environment: {},
    ec2: world.ec2,
    metadata: metadataOf(world),
    cluster: undefined,
    memory: newNodeMemory(),
    time: scaledTime({ speed: 50, startMs: 0 }),
    log: SILENT,
    ...rest,
  });
  agents.push(agent);
  return agent;
}

const pod = (name: string): Sandbox => ({ namespace: "default", name, sandboxId: `s-${name}` });

describe("an agent in another's process", () => {
  test("is ready, gives addresses, and takes them back", async () => {
    const agent = start({ world: new TinyWorld() });
    expect(await agent.addPod(pod("early"))).toMatchObject({ ok: false });
    await agent.ready;
    const added = await agent.addPod(pod("web-0"));
    expect(added).toMatchObject({
      ok: true,
      value: { address: expect.stringMatching(/^10\.0\.1\.\d+$/) as string },
    });
    expect(agent.stats()).toMatchObject({ assigned: 1 });
    expect(agent.report()).toMatchObject({ assignments: [{ name: "web-0" }] });
    expect(await agent.removePod(pod("web-0"))).toEqual({ ok: true, value: undefined });
    expect(await agent.removePod(pod("web-0"))).toEqual({ ok: true, value: undefined });
    expect(agent.stats()).toMatchObject({ assigned: 0 });
  });

  test("refuses as an agent on a node does, in words and in an event", async () => {
    const cluster = new TinyCluster();
    cluster.setNode({});
    const environment = { MAX_ENI: "1", BERTH_ADD_WAIT_SECONDS: "0" };
    const agent = start({ world: new TinyWorld(), cluster, environment });
    await agent.ready;
    for (let index = 0; index < 9; index++) await agent.addPod(pod(`web-${index}`));
    expect(await agent.addPod({ ...pod("tenth"), uid: "uid-10" })).toEqual({
      ok: false,
      error: expect.stringContaining("node full: 9 of 9 addresses") as string,
    });
    expect(cluster.told[0]?.subject).toMatchObject({ kind: "pod", uid: "uid-10" });
  });

  test("leaves its pods to its successor, and says that it has ended", async () => {
    const world = new TinyWorld();
    const memory = newNodeMemory();
    const cluster = new TinyCluster();
    cluster.setNode({});
    const first = start({ world, memory, cluster });
    await first.ready;
    const kept = await first.addPod(pod("kept"));
    await first.stop();
    await first.ended;
    expect(cluster.closed).toBe(true);
    expect(await first.addPod(pod("late"))).toMatchObject({ ok: false });
    const second = start({ world, memory });
    await second.ready;
    expect(await second.addPod(pod("kept"))).toEqual(kept);
    const other = await second.addPod(pod("other"));
    expect(other.ok && kept.ok && other.value.address !== kept.value.address).toBe(true);
  });

  test("fifty in one process, each with its own pods", async () => {
    const fleet = Array.from({ length: 50 }, () => start({ world: new TinyWorld() }));
    await Promise.all(fleet.map(({ ready }) => ready));
    const added = await Promise.all(
      fleet.flatMap((agent) => [agent.addPod(pod("a")), agent.addPod(pod("b"))]),
    );
    expect(added.every(({ ok }) => ok)).toBe(true);
  });
});

describe("an agent that can't start", () => {
  test("rejects for a setting that can't be", async () => {
    const environment = { WARM_IP_TARGET: "many" };
    const agent = start({ world: new TinyWorld(), environment });
    await expect(agent.ready).rejects.toMatchObject({ code: "badSetting" });
    await expect(agent.ended).rejects.toMatchObject({ code: "badSetting" });
    expect(agent.stats()).toBeUndefined();
    expect(agent.report()).toBeUndefined();
  });

  test("rejects when EC2 says no, and ends quietly when it is stopped meanwhile", async () => {
    const world = new TinyWorld();
    world.refuse("instanceEnis", "UnauthorizedOperation");
    await expect(start({ world }).ended).rejects.toBeInstanceOf(Ec2Error);
    for (let count = 0; count < 8; count++) world.refuse("instanceEnis", "RequestLimitExceeded");
    const agent = start({ world, time: scaledTime({ speed: 1, startMs: 0 }) });
    await agent.stop();
    await agent.ended;
    await expect(agent.ready).rejects.toBeInstanceOf(Error);
  });
});

test("pods of an IPv6 cluster get IPv6 addresses, which their successor knows", async () => {
  const world = new TinyWorld();
  const memory = newNodeMemory();
  const environment = {
    ENABLE_IPv4: "false",
    ENABLE_IPv6: "true",
    ENABLE_PREFIX_DELEGATION: "true",
  };
  const pod = { namespace: "default", name: "six", sandboxId: "sandbox-six" };
  const first = start({ world, memory, environment });
  await first.ready;
  const address = "2600:1f14:1:1:5::1";
  expect(await first.addPod(pod)).toEqual({ ok: true, value: { address } });
  expect(first.report()).toMatchObject({ assignments: [{ name: "six", address }] });
  await first.stop();
  const second = start({ world, memory, environment });
  await second.ready;
  expect(await second.addPod(pod)).toEqual({ ok: true, value: { address } });
  expect(await second.removePod(pod)).toEqual({ ok: true, value: undefined });
});
