import { existsSync, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { once } from "node:events";
import { expect, test } from "vitest";
import { newDirectory, removeDirectory, startTinyAgent } from "../tiny-agent.ts";
import { TinyWorld } from "../tiny-world.ts";

test("no agent starts beside that of the VPC CNI, and nothing is touched until it is gone", async () => {
  const directory = newDirectory();
  mkdirSync(join(directory, "aws-node"));
  const stock = createServer().listen(join(directory, "aws-node", "ipamd.sock"));
  await once(stock, "listening");
  const world = new TinyWorld();
  await expect(startTinyAgent(world, { directory })).rejects.toMatchObject({
    code: "stockAgentRunning",
  });
  expect(world.calls).toEqual([]);
  expect(existsSync(join(directory, "checkpoint.json"))).toBe(false);
  stock.close();
  const agent = await startTinyAgent(world, { directory });
  expect((await agent.call("ADD", "web-0")).status).toBe(0);
  await agent.stop();
  removeDirectory(directory);
});
