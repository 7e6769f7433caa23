import { afterEach, describe, expect, test } from "vitest";
import { eventually, removeDirectory, startTinyAgent } from "../tiny-agent.ts";
import type { TinyAgent } from "../tiny-agent.ts";
import { attachEni, eniOf } from "../tiny-enis.ts";
import { INSTANCE, LIMITS } from "../tiny-instance.ts";
import { TinyWorld } from "../tiny-world.ts";
import { newMetadataEc2 } from "./metadata-ec2.ts";

const agents: TinyAgent[] = [];

async function start(world: TinyWorld, env: Record<string, string>): Promise<TinyAgent> {
  const agent = await startTinyAgent(world, { env });
  agents.push(agent);
  return agent;
}

afterEach(async () => {
  for (const agent of agents.splice(0)) {
    await agent.stop();
    removeDirectory(agent.directory);
  }
});

const WRITES = new Set([
  "createEni",
  "attachEni",
  "deleteWithInstance",
  "assign",
  "unassign",
  "detachEni",
  "deleteEni",
  "tag",
]);

/** A world in which somebody else has attached two ENIs, with two addresses on each but the primary one. */
async function provisioned(): Promise<TinyWorld> {
  const world = new TinyWorld();
  const id = await attachEni(world);
  const [primary] = world.enis;
  if (primary !== undefined) primary.secondaryIpv4s = world.free.splice(0, 2);
  eniOf(world, id).description = "aws-K8S-i-00000001"; // as one of ours that an agent left half-made
  world.calls.length = 0;
  return world;
}

describe("nothing is provisioned", () => {
  test.each([
    ["DISABLE_NETWORK_RESOURCE_PROVISIONING", ["instanceEnis", "subnets"]],
    ["ENABLE_IMDS_ONLY_MODE", []],
  ])("%s: what is attached serves pods, and EC2 is only asked for %j", async (name, reads) => {
    const world = await provisioned();
    const agent = await start(world, { [name]: "true", CLUSTER_NAME: "tiny" });
    for (const pod of ["a", "b", "c", "d"]) {
      expect(await agent.call("ADD", pod)).toMatchObject({ status: 0 });
    }
    const refused = await agent.call("ADD", "e");
    expect(refused.status).toBe(1);
    expect(refused.stdout).toContain("DISABLE_NETWORK_RESOURCE_PROVISIONING");
    for (const pod of ["a", "b", "c", "d"]) await agent.call("DEL", pod);
    expect(world.calls.filter((call) => WRITES.has(call))).toEqual([]);
    expect([...new Set(world.calls)]).toEqual(reads);
  });

  test("the node is not ready for pods until somebody attaches an address", async () => {
    const world = new TinyWorld();
    const agent = await start(world, { ENABLE_IMDS_ONLY_MODE: "true" });
    expect(agent.lines.some((line) => line.startsWith("ready for pods"))).toBe(false);
    expect((await agent.call("STATUS")).status).toBe(0);
  });

  test("stock gives nothing back that it may not, and goes on", async () => {
    const world = await provisioned();
    const env = { ENABLE_IMDS_ONLY_MODE: "true", BERTH_POLICY: "stock" };
    const agent = await start(world, { ...env, ENABLE_PREFIX_DELEGATION: "true" });
    await eventually(() => agent.lines.some((line) => line.includes("imdsOnly")));
    expect(world.calls).toEqual([]);
  });
});

describe("instance metadata in place of EC2", () => {
  test("knows ENIs and addresses, and refuses every change", async () => {
    const world = await provisioned();
    const { metadata } = world;
    const ec2 = newMetadataEc2(world.ec2, { metadata, instance: INSTANCE });
    const ids = world.enis.map(({ id }) => id);
    expect((await ec2.instanceEnis(INSTANCE.instanceId)).map(({ id }) => id)).toEqual(ids);
    expect(await ec2.eni(INSTANCE.primaryEni)).toMatchObject({
      primaryIpv4: INSTANCE.localIpv4,
      secondaryIpv4s: world.enis[0]?.secondaryIpv4s,
      attachment: { deviceIndex: 0, networkCard: 0 },
    });
    expect(await ec2.unattachedEnis({ tags: {} })).toEqual([]);
    expect(await ec2.deviceIndexes(INSTANCE.instanceId)).toEqual(new Set([0, 1]));
    expect(await ec2.limits("new.large")).toEqual(LIMITS);
    const eni = INSTANCE.primaryEni;
    const instance = INSTANCE.instanceId;
    const changes: (() => Promise<unknown>)[] = [
      () => ec2.attachEni({ eni, instance, deviceIndex: 1 }),
      () => ec2.assign({ eni, unit: "address", count: 1 }),
      () => ec2.unassign({ eni, ipv4s: [], prefixes: [] }),
      () => ec2.deleteEni(eni),
      () => ec2.tag(eni, {}),
    ];
    for (const change of changes) await expect(change()).rejects.toThrow("ENABLE_IMDS_ONLY_MODE");
  });
});
