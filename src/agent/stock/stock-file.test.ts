import { existsSync, mkdirSync, readFileSync, rmdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { newDirectory, removeDirectory, startTinyAgent } from "../tiny-agent.ts";
import type { TinyAgent } from "../tiny-agent.ts";
import { TinyWorld } from "../tiny-world.ts";
import { openStockFile } from "./stock-file.ts";

const directories: string[] = [];
const agents: TinyAgent[] = [];

afterEach(async () => {
  for (const agent of agents.splice(0)) await agent.stop();
  for (const directory of directories.splice(0)) removeDirectory(directory);
});

/** A node on which the VPC CNI's agent has been: its directory, with this checkpoint. */
function stockNode(checkpoint?: string): { directory: string; file: string } {
  const directory = newDirectory();
  directories.push(directory);
  const file = join(directory, "aws-node", "ipam.json");
  mkdirSync(dirname(file));
  if (checkpoint !== undefined) writeFileSync(file, checkpoint);
  return { directory, file };
}

async function start(world: TinyWorld, directory: string): Promise<TinyAgent> {
  const agent = await startTinyAgent(world, { directory });
  agents.push(agent);
  return agent;
}

function checkpointOf(...pods: { pod: string; address: string }[]): string {
  const allocations = pods.map(({ pod, address }) => ({
    networkName: "aws-cni",
    containerID: `c-${pod}`,
    ifName: "eth0",
    ipv4: address,
    allocationTimestamp: 1_755_000_000_000,
    metadata: { k8sPodNamespace: "default", k8sPodName: pod, interfacesCount: 1 },
  }));
  return JSON.stringify({ version: "vpc-cni-ipam/1", allocations });
}

function podsIn(file: string): string[] {
  const { allocations } = JSON.parse(readFileSync(file, "utf8")) as {
    allocations: { metadata: { k8sPodName: string } }[];
  };
  return allocations.map(({ metadata }) => metadata.k8sPodName);
}

/** A world whose pods `web-0` … run, wired and recorded by the VPC CNI; and its checkpoint. */
async function movedWorld(pods: number): Promise<{ world: TinyWorld; checkpoint: string }> {
  const world = new TinyWorld();
  const { directory, file } = stockNode();
  const agent = await startTinyAgent(world, { directory });
  for (let index = 0; index < pods; index++) await agent.call("ADD", `web-${index}`);
  await agent.stop();
  return { world, checkpoint: readFileSync(file, "utf8") };
}

describe("moving from the VPC CNI", () => {
  test("running pods keep their addresses, and the runtime's DEL finds them by the new network's name", async () => {
    const { world, checkpoint } = await movedWorld(3);
    const { directory, file } = stockNode(checkpoint);
    const agent = await start(world, directory);
    expect(podsIn(file)).toEqual(["web-0", "web-1", "web-2"]);
    expect(world.pods.size).toBe(3);
    await agent.call("DEL", "web-1");
    expect(podsIn(file)).toEqual(["web-0", "web-2"]);
    expect(world.pods.size).toBe(2);
  });

  test("a pod that ended meanwhile is dropped", async () => {
    const { world, checkpoint } = await movedWorld(2);
    world.pods.clear();
    const { directory, file } = stockNode(checkpoint);
    await start(world, directory);
    expect(podsIn(file)).toEqual([]);
  });

  test.each(["", "{", '{"version":"vpc-cni-ipam/9"}'])(
    "a checkpoint that says %j ends the start, and says what to do",
    async (text) => {
      const { directory } = stockNode(text);
      await expect(startTinyAgent(new TinyWorld(), { directory })).rejects.toMatchObject({
        code: "stockCheckpointUnreadable",
        fix: expect.stringContaining("Drain the node") as string,
      });
    },
  );
});

describe("the way back", () => {
  test("every change is in the VPC CNI's file too; without its directory there is no such file", async () => {
    const { directory, file } = stockNode();
    const agent = await start(new TinyWorld(), directory);
    await agent.call("ADD", "web-0");
    expect(podsIn(file)).toEqual(["web-0"]);
    await agent.call("DEL", "web-0");
    expect(podsIn(file)).toEqual([]);
    const bare = newDirectory();
    directories.push(bare);
    await (await start(new TinyWorld(), bare)).call("ADD", "web-0");
    expect(existsSync(join(bare, "aws-node"))).toBe(false);
  });

  test("a file that can't be written is an error of the pod's ADD that names its variable", async () => {
    const { directory, file } = stockNode();
    const agent = await start(new TinyWorld(), directory);
    mkdirSync(`${file}.tmp`);
    const { status, stdout } = await agent.call("ADD", "web-0");
    rmdirSync(`${file}.tmp`);
    expect(status).toBe(1);
    expect(stdout).toContain("AWS_VPC_K8S_CNI_BACKING_STORE");
  });
});

describe("which checkpoint counts", () => {
  test("after a restart of Berth its own: the VPC CNI's was written before it", async () => {
    const world = new TinyWorld();
    const { directory, file } = stockNode();
    const first = await start(world, directory);
    await first.call("ADD", "web-0");
    await first.stop();
    writeFileSync(file, "not a checkpoint");
    utimesSync(file, 1, 1);
    const second = await start(world, directory);
    await second.call("ADD", "web-1");
    expect(podsIn(file)).toEqual(["web-0", "web-1"]);
  });

  test("after the VPC CNI has been back: its file, which it wrote later", async () => {
    const world = new TinyWorld();
    const { directory, file } = stockNode();
    const first = await start(world, directory);
    await first.call("ADD", "web-0");
    await first.call("ADD", "web-1");
    await first.stop();
    writeFileSync(file, checkpointOf({ pod: "web-1", address: "10.0.1.21" }));
    const soon = Date.now() / 1000 + 5;
    utimesSync(file, soon, soon);
    await start(world, directory);
    expect(podsIn(file)).toEqual(["web-1"]);
  });

  test("half a file of a boot before this one is none", () => {
    const { directory, file } = stockNode("{");
    utimesSync(file, 5, 5);
    const boot = { id: "boot-2", startedAtMs: 6000 };
    const log = { info: () => undefined, warn: () => undefined };
    const opened = openStockFile({ path: file, boot, log });
    expect(opened.takeOver(join(directory, "checkpoint.json"))).toBeUndefined();
  });
});
