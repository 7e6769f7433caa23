import { createHash } from "node:crypto";
import { createServer, type Server } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { BerthError } from "../../base/index.ts";
import type { StateDir } from "./state-dir.ts";

const PATIENCE_MS = 60_000;
const POLL_MS = 20;

/**
 * Does something that only one process at a time may do to a lab's directory: clean up after a crash, and take it. The lock is
 * an abstract socket, which the kernel takes back when its holder dies; other systems than Linux have none, and go without.
 * Throws `labState` when another process holds it for a minute.
 */
export async function withLabLock<T>(dir: StateDir, action: () => T | Promise<T>): Promise<T> {
  if (process.platform !== "linux") return action();
  const lock = await acquire(dir);
  try {
    return await action();
  } finally {
    await new Promise<void>((resolve) => {
      lock.close(() => {
        resolve();
      });
    });
  }
}

async function acquire(dir: StateDir): Promise<Server> {
  const name = createHash("sha256").update(dir.path).digest("hex").slice(0, 32);
  const deadlineMs = performance.now() + PATIENCE_MS;
  while (performance.now() < deadlineMs) {
    const server = await tryListen(`\0berth-lab-${name}`);
    if (server !== undefined) return server;
    await sleep(POLL_MS);
  }
  throw new BerthError("labState", `Another process is working on ${dir.path}.`, {
    fix: "Wait for the `berth lab up` or `berth lab down` that is under way, or end it.",
  });
}

function tryListen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(error);
    });
    server.listen({ path }, () => {
      resolve(server);
    });
  });
}
