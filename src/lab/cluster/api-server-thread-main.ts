import { parentPort, workerData } from "node:worker_threads";
import { BerthError, invariant, newRandom } from "../../base/index.ts";
import { scaledTime, systemTime, type Time } from "../../time/index.ts";
import type { Thrown, ThreadRequest, ThreadStart, ThreadWord } from "./api-server-thread.ts";
import { type LabApiServer, openLabApiServer } from "./lab-api-server.ts";

// What runs in the thread of the API server.

invariant(parentPort !== null, "this file is the beginning of a thread");
const port = parentPort;
const { settings, pace, seed } = workerData as ThreadStart;
try {
  const api = await openLabApiServer(settings, {
    time: timeOf(pace),
    random: newRandom(seed),
    onBug: (error) => {
      say({ kind: "bug", thrown: thrown(error) });
    },
  });
  port.on("message", (request: ThreadRequest) => void answer(api, request));
  const { server, kubeconfig, ca } = api;
  say({ kind: "open", server, kubeconfig, ca });
} catch (error) {
  say({ kind: "notOpen", thrown: thrown(error) });
}

async function answer(to: LabApiServer, request: ThreadRequest): Promise<void> {
  const { id } = request;
  try {
    say({ kind: "answer", id, value: await carryOut(to, request) });
  } catch (error) {
    say({ kind: "failure", id, thrown: thrown(error) });
  }
}

async function carryOut(to: LabApiServer, request: ThreadRequest): Promise<string> {
  if (request.kind === "token") return to.tokenFor(request.user);
  await to.close();
  return "";
}

/** The time of the thread that has started this one. */
function timeOf({ speed, atMs, wallMs }: ThreadStart["pace"]): Time {
  return scaledTime({ speed, startMs: atMs + (systemTime.nowMs() - wallMs) * speed });
}

/** An error as it can be sent: of classes of ours nothing but the message would arrive. */
function thrown(error: unknown): Thrown {
  if (!(error instanceof BerthError))
    return { error: error instanceof Error ? error : new Error(String(error)) };
  const { code, message, fix } = error;
  return { code, message, fix };
}

function say(word: ThreadWord): void {
  port.postMessage(word);
}
