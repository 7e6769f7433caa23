import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { handBack } from "./hand-back.ts";
import type { HandedBack } from "./hand-back.ts";
import { newDirectory, removeDirectory, startTinyAgent } from "./tiny-agent.ts";
import { TinyWorld } from "./tiny-world.ts";

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) removeDirectory(directory);
});

/** A node with the VPC CNI's network list; `stock` makes its directory too. */
function newNode(stock: "mounted" | "missing" = "mounted"): string {
  const directory = newDirectory();
  directories.push(directory);
  mkdirSync(join(directory, "net.d"));
  if (stock === "mounted") mkdirSync(join(directory, "aws-node"));
  writeFileSync(join(directory, "net.d", "10-aws.conflist"), "the stock one");
  return directory;
}

/** What an agent's environment says on that node. */
function handBackOn(directory: string, removed: string[] = []): Promise<HandedBack> {
  return handBack({
    environment: {
      BERTH_CNI_SOCKET: join(directory, "cni.sock"),
      BERTH_CHECKPOINT_FILE: join(directory, "checkpoint.json"),
      BERTH_CNI_CONF_DIR: join(directory, "net.d"),
      AWS_VPC_K8S_CNI_BACKING_STORE: join(directory, "aws-node", "ipam.json"),
    },
    boot: { id: "boot-1", startedAtMs: 0 },
    removeSnat: () => void removed.push("translation"),
  });
}

function lists(directory: string): string[] {
  return readdirSync(join(directory, "net.d")).filter((name) =>
    /\.(conf|conflist|json)$/.test(name),
  );
}

describe("the network lists", () => {
  test("while Berth is there a runtime finds Berth's alone; afterwards the VPC CNI's, as it was", async () => {
    const directory = newNode();
    const agent = await startTinyAgent(new TinyWorld(), { directory });
    await expect.poll(() => lists(directory)).toEqual(["10-berth.conflist"]);
    await agent.stop();
    const removed: string[] = [];
    expect(await handBackOn(directory, removed)).toMatchObject({ networkList: "putBack" });
    expect(lists(directory)).toEqual(["10-aws.conflist"]);
    expect(readFileSync(join(directory, "net.d", "10-aws.conflist"), "utf8")).toBe("the stock one");
    expect(removed).toEqual(["translation"]);
    expect(await handBackOn(directory)).toMatchObject({ networkList: "there" });
  });

  test("with a socket for the VPC CNI's plugin its list is the runtime's, also if it was set aside before", async () => {
    const directory = newNode();
    const without = await startTinyAgent(new TinyWorld(), { directory });
    await expect.poll(() => lists(directory)).toEqual(["10-berth.conflist"]);
    await without.stop();
    const env = { BERTH_STOCK_SOCKET: join(directory, "aws-node", "ipamd.sock") };
    const agent = await startTinyAgent(new TinyWorld(), { directory, env });
    await expect.poll(() => lists(directory)).toEqual(["10-aws.conflist", "10-berth.conflist"]);
    await agent.stop();
  });

  test("a node that never had the VPC CNI keeps Berth's, so that it has one", async () => {
    const directory = newNode();
    rmSync(join(directory, "net.d", "10-aws.conflist"));
    const agent = await startTinyAgent(new TinyWorld(), { directory });
    await expect.poll(() => lists(directory)).toEqual(["10-berth.conflist"]);
    await agent.stop();
    expect(await handBackOn(directory)).toMatchObject({ networkList: "absent" });
    expect(lists(directory)).toEqual(["10-berth.conflist"]);
  });
});

describe("the checkpoint", () => {
  test("is there even if its directory was missing while the agent ran", async () => {
    const directory = newNode("missing");
    const agent = await startTinyAgent(new TinyWorld(), { directory });
    await agent.call("ADD", "web-0");
    await agent.stop();
    expect(existsSync(join(directory, "aws-node"))).toBe(false);
    expect(await handBackOn(directory)).toMatchObject({ pods: 1 });
    const written = readFileSync(join(directory, "aws-node", "ipam.json"), "utf8");
    expect(written).toContain('"k8sPodName":"web-0"');
  });

  test("is left alone when the VPC CNI has written it since", async () => {
    const directory = newNode();
    const own = '{"version":"vpc-cni-ipam/1","allocations":[]}';
    writeFileSync(join(directory, "aws-node", "ipam.json"), own);
    expect(await handBackOn(directory)).toMatchObject({ pods: 0 });
    expect(readFileSync(join(directory, "aws-node", "ipam.json"), "utf8")).toBe(own);
  });
});

describe("repeated while the VPC CNI runs", () => {
  test("its checkpoint is not written over, whatever it holds by then", async () => {
    const directory = newNode();
    const file = join(directory, "aws-node", "ipam.json");
    const agent = await startTinyAgent(new TinyWorld(), { directory });
    await agent.call("ADD", "web-0");
    await agent.stop();
    await handBackOn(directory);
    // As its agent writes them, with keys that Berth does not keep.
    const own = readFileSync(file, "utf8").replace('"interfacesCount":1', '"interfacesCount":2');
    writeFileSync(file, own);
    // A second after Berth's own: the times of files are coarser than this test is slow.
    const later = new Date(statSync(file).mtimeMs + 1_000);
    utimesSync(file, later, later);
    expect(await handBackOn(directory)).toMatchObject({ pods: 1 });
    expect(readFileSync(file, "utf8")).toBe(own);
  });
});

test("pods of an IPv6 cluster keep the translation that is their way to IPv4", async () => {
  const directory = newNode();
  const agent = await startTinyAgent(new TinyWorld(), {
    directory,
    env: { ENABLE_IPv4: "false", ENABLE_IPv6: "true", ENABLE_PREFIX_DELEGATION: "true" },
  });
  await agent.call("ADD", "web-0");
  await agent.stop();
  const removed: string[] = [];
  expect(await handBackOn(directory, removed)).toMatchObject({ pods: 1 });
  expect(removed).toEqual([]);
});

test("a running agent is not handed back under its feet", async () => {
  const directory = newNode();
  const agent = await startTinyAgent(new TinyWorld(), { directory });
  await expect(handBackOn(directory)).rejects.toMatchObject({ code: "agentRunning" });
  await agent.stop();
});
