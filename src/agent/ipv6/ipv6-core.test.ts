import { afterEach, describe, expect, test } from "vitest";
import { formatIp, formatIpv4, parseIpv6 } from "../../net/index.ts";
import { eventually, removeDirectory, startTinyAgent } from "../tiny-agent.ts";
import type { TinyAgent } from "../tiny-agent.ts";
import { must } from "../tiny-instance.ts";
import { TinyWorld } from "../tiny-world.ts";
import { EGRESS_CAPACITY } from "../../dataplane/index.ts";
import { egressAddressOf } from "./egress-address.ts";

const IPV6 = { ENABLE_IPv4: "false", ENABLE_IPv6: "true", ENABLE_PREFIX_DELEGATION: "true" };
const agents: TinyAgent[] = [];

async function start(
  world: TinyWorld,
  { env = {}, directory }: { env?: Record<string, string>; directory?: string } = {},
): Promise<TinyAgent> {
  const given = directory === undefined ? {} : { directory };
  const agent = await startTinyAgent(world, { env: { ...IPV6, ...env }, ...given });
  agents.push(agent);
  return agent;
}

afterEach(async () => {
  for (const agent of agents.splice(0)) {
    await agent.stop();
    removeDirectory(agent.directory);
  }
});

function wired(world: TinyWorld): string[] {
  return [...world.pods.keys()].map(formatIp);
}

describe("an IPv6 cluster", () => {
  test("the primary ENI gets one /80, pods its addresses, and EC2 nothing more to do", async () => {
    const world = new TinyWorld();
    const agent = await start(world);
    await eventually(() => agent.lines.some((line) => line.startsWith("ready for pods")));
    const added = await agent.call("ADD", "a");
    expect(JSON.parse(added.stdout)).toMatchObject({
      ips: [{ address: "2600:1f14:1:1:5::1/128", interface: 1 }],
    });
    const prevResult: unknown = JSON.parse((await agent.call("ADD", "b")).stdout);
    expect(wired(world)).toEqual(["2600:1f14:1:1:5::1", "2600:1f14:1:1:5::2"]);
    expect(world.attachedAddresses).toEqual([]);
    expect(world.calls.filter((call) => call === "assignIpv6Prefix")).toHaveLength(1);
    expect(await agent.call("CHECK", "b", { config: { prevResult } })).toMatchObject({ status: 0 });
    expect((await agent.call("DEL", "b")).status).toBe(0);
    expect(wired(world)).toEqual(["2600:1f14:1:1:5::1"]);
  });

  test("a restart keeps addresses, frees those of pods that ended, and asks for no second prefix", async () => {
    const world = new TinyWorld();
    const first = await start(world);
    await first.call("ADD", "a");
    await first.call("ADD", "b");
    await first.stop();
    world.pods.delete(must(parseIpv6("2600:1f14:1:1:5::2")));
    const second = await start(world, { directory: first.directory });
    await second.call("ADD", "c");
    expect(wired(world)).toEqual(["2600:1f14:1:1:5::1", "2600:1f14:1:1:5::3"]); // ::2 cools
    expect(world.calls.filter((call) => call === "assignIpv6Prefix")).toHaveLength(1);
  });

  test("a refusal of EC2 is the pod's message, and is tried again", async () => {
    const world = new TinyWorld();
    world.refuse("assignIpv6Prefix", "InsufficientCidrBlocks");
    const agent = await start(world);
    const refused = await agent.call("ADD", "a");
    expect(refused.stdout).toContain("InsufficientCidrBlocks");
    await eventually(() => agent.lines.some((line) => line.startsWith("ready for pods")));
    expect((await agent.call("ADD", "a")).status).toBe(0);
  });

  test("a prefix that somebody else assigns is used, and none is asked for", async () => {
    const world = new TinyWorld();
    const env = { ENABLE_IMDS_ONLY_MODE: "true" };
    const without = await start(world, { env });
    expect((await without.call("ADD", "a")).stdout).toContain("ENABLE_IMDS_ONLY_MODE");
    await without.stop();
    await world.ec2.assignIpv6Prefix(must(world.enis[0]).id);
    world.calls.length = 0;
    const agent = await start(world, { env });
    expect((await agent.call("ADD", "a")).status).toBe(0);
    expect(world.calls).toEqual([]);
  });

  test("leases of IPv4 pods are dropped, as their pods can't have been of this cluster", async () => {
    const world = new TinyWorld();
    const first = await startTinyAgent(world);
    agents.push(first);
    await first.call("ADD", "old");
    await first.stop();
    const second = await start(world, { directory: first.directory });
    expect(second.lines.some((line) => line.includes("not this node's any more"))).toBe(true);
    expect((await second.call("ADD", "a")).stdout).toContain("2600:1f14:1:1:5::1/128");
    await second.stop();
    const third = await startTinyAgent(world, { directory: first.directory });
    agents.push(third);
    expect(third.lines.some((line) => line.includes("this agent serves IPv4"))).toBe(true);
  });
});

test("egress addresses follow the numbers of pods' addresses, to the end of their block", () => {
  const of = (text: string): string | undefined => {
    const address = egressAddressOf(must(parseIpv6(text)));
    return address === undefined ? undefined : formatIpv4(address);
  };
  expect(EGRESS_CAPACITY).toBe(1021);
  expect(of("2600:1f14:1:1:5::")).toBe("169.254.172.2");
  expect(of("2600:1f14:1:1:5::1")).toBe("169.254.172.3");
  expect(of("2600:1f14:1:1:5::3fc")).toBe("169.254.175.254");
  expect(of("2600:1f14:1:1:5::3fd")).toBeUndefined();
});
