import { setTimeout as sleep } from "node:timers/promises";
import { isRunning, signalProcess } from "../host/process.ts";
import { cleanUp } from "./cleanup.ts";
import { openLabClient } from "./control-client.ts";
import { withLabLock } from "./lab-lock.ts";
import type { StateDir } from "./state-dir.ts";

const PATIENCE_MS = 30_000;
const POLL_MS = 20;

/**
 * Ends a lab and removes everything it has made: asks its process to, and does it here when there is no such process, or
 * when it does not answer in time.
 */
export async function takeDown(dir: StateDir): Promise<void> {
  const record = dir.read();
  if (record !== undefined && isRunning(record.process)) {
    await openLabClient(dir.controlSocket)
      .down()
      .catch(() => {
        // Still starting, perhaps: it has no socket yet, but it listens to signals.
        signalProcess(record.process, "SIGTERM");
      });
    const deadlineMs = Date.now() + PATIENCE_MS;
    while (isRunning(record.process) && Date.now() < deadlineMs) await sleep(POLL_MS);
    signalProcess(record.process, "SIGKILL");
  }
  await withLabLock(dir, async () => {
    const now = dir.read();
    // Started by somebody else meanwhile: that one is not ours to end.
    if (now !== undefined && isRunning(now.process)) return;
    await cleanUp(dir);
  });
}
