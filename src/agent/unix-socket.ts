import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { connect } from "node:net";
import type { Server } from "node:net";
import { dirname } from "node:path";
import { BerthError } from "../base/index.ts";

/** Owner and group may talk to the agent, as with the socket of the VPC CNI. */
const SOCKET_MODE = 0o660;
const BACKLOG = 1024;

/**
 * Binds a server to a Unix socket at `path`. A socket file that nobody answers on is left over from a killed process
 * and removed; one that is answered on means that another agent runs: BerthError `agentRunning`.
 */
export async function listenOnSocket(
  server: Pick<Server, "listen" | "once" | "off">,
  path: string,
): Promise<void> {
  await requireUnanswered(path);
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  rmSync(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    // The file is made during this call. Nobody else may connect before its mode is set, whatever the umask was.
    const umask = process.umask(0o177);
    try {
      server.listen({ path, backlog: BACKLOG }, () => {
        server.off("error", reject);
        resolve();
      });
    } finally {
      process.umask(umask);
    }
  });
  chmodSync(path, SOCKET_MODE);
}

/** Throws BerthError `agentRunning` when somebody answers on a Unix socket at `path`. */
export async function requireUnanswered(path: string): Promise<void> {
  if (!(await isAnswered(path))) return;
  throw new BerthError("agentRunning", `Another process answers on ${path} already.`, {
    fix: "Stop the other agent of this node, or set BERTH_CNI_SOCKET or BERTH_INTROSPECTION_SOCKET to another path.",
    facts: { path },
  });
}

/** Whether somebody accepts connections on a Unix socket at `path`. */
export function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    const answer = (answered: boolean): void => {
      probe.destroy();
      resolve(answered);
    };
    probe.once("connect", () => answer(true));
    probe.once("error", () => answer(false));
  });
}
