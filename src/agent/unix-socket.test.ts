import { statSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { newDirectory, removeDirectory } from "./tiny-agent.ts";
import { listenOnSocket } from "./unix-socket.ts";

const directory = newDirectory();

afterEach(() => removeDirectory(directory));

test("owner and group may connect, nobody else, not even at first", async () => {
  const path = join(directory, "cni.sock");
  const server = createServer();
  const modes: number[] = [];
  const noteMode = (): number => modes.push(statSync(path).mode & 0o777);
  server.once("listening", noteMode);
  const umask = process.umask(0);
  try {
    await listenOnSocket(server, path);
    noteMode();
    expect(modes).toEqual([0o600, 0o660]);
  } finally {
    expect(process.umask(umask), "the umask is as it was").toBe(0);
    server.close();
  }
});
