import { mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { encodeCall } from "../cni/index.ts";
import {
  cniCall,
  eventually,
  newDirectory,
  removeDirectory,
  startTinyAgent,
} from "./tiny-agent.ts";
import type { TinyAgent } from "./tiny-agent.ts";
import { TinyWorld } from "./tiny-world.ts";

const agents: TinyAgent[] = [];

async function start(world: TinyWorld, env: Record<string, string> = {}): Promise<TinyAgent> {
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

/** Makes the checkpoint unwritable: a directory of its name is something that no file can replace. */
function breakCheckpoint({ config }: TinyAgent): () => void {
  rmSync(config.checkpointFile);
  mkdirSync(join(config.checkpointFile, "taken"), { recursive: true });
  return () => rmSync(config.checkpointFile, { recursive: true });
}

test.each([
  { command: "DEL", config: {} },
  { command: "GC", config: { "cni.dev/valid-attachments": [] } },
] as const)(
  "$command that can't be made durable is answered with code 11, and works when repeated",
  async (given) => {
    const world = new TinyWorld();
    const agent = await start(world);
    const added = await agent.call("ADD");
    const repair = breakCheckpoint(agent);
    const reply = await agent.call(given.command, "web-0", { config: given.config });
    expect(reply.status).toBe(1);
    expect(reply.stdout).toContain('"code": 11');
    repair();
    // The lease was kept, so the container still has its address.
    expect((await agent.call("ADD")).stdout).toBe(added.stdout);
    expect(await agent.call(given.command, "web-0", { config: given.config })).toEqual({
      status: 0,
      stdout: "",
    });
    expect(world.pods.size).toBe(0);
  },
);

test("a relay that hangs up while its pod waits for an address leaves nothing", async () => {
  const world = new TinyWorld();
  world.metadataLag = 20;
  const agent = await start(world);
  await Promise.all(Array.from({ length: 9 }, (_, index) => agent.call("ADD", `web-${index}`)));
  const peer = connect(agent.config.cniSocket);
  await new Promise((resolve) => peer.write(encodeCall(cniCall("ADD", "late", {})), resolve));
  peer.destroy();
  await eventually(() => agent.lines.some((line) => line.startsWith("ADD failed")));
  expect(world.pods.size).toBe(9);
  world.metadataLag = 0;
  expect((await agent.call("DEL", "late")).status).toBe(0);
});

test("an agent that stops lets nobody wait for an address", async () => {
  const world = new TinyWorld();
  world.metadataLag = 1_000;
  const agent = await start(world, { BERTH_ADD_WAIT_SECONDS: "60" });
  const names = Array.from({ length: 10 }, (_, index) => `web-${index}`);
  const replies = names.map((name) => agent.call("ADD", name));
  await eventually(() => world.pods.size === 9);
  await agent.stop();
  const failed = (await Promise.all(replies)).filter(({ status }) => status !== 0);
  expect(failed.map(({ stdout }) => stdout).join()).toContain("the agent is stopping");
});

test("sockets that can't both be had end the start, and nothing stays open", async () => {
  const directory = newDirectory();
  const socket = join(directory, "cni.sock");
  const starting = startTinyAgent(new TinyWorld(), {
    directory,
    env: { BERTH_INTROSPECTION_SOCKET: socket },
  });
  await expect(starting).rejects.toMatchObject({ code: "agentRunning" });
  const agent = await startTinyAgent(new TinyWorld(), { directory });
  await agent.stop();
  removeDirectory(directory);
});
