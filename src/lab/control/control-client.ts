import { request as httpRequest } from "node:http";
import { text } from "node:stream/consumers";
import { BerthError } from "../../base/index.ts";
import type { ExecResult } from "../containerd/cri-client.ts";
import type { CallStatus } from "./call-status.ts";
import type { ErrorReply, ExecReply, ExecRequest, ScaleRequest } from "./protocol.ts";
import type { LabState, LabStatus } from "./status.ts";

/** A lab that runs in another process. Every call throws the lab's own BerthError, or `labGone` when it doesn't answer. */
export interface LabClient {
  /** How far it is; to put thousands of pods into words again and again would keep them from starting. */
  state(): Promise<LabState>;
  status(): Promise<LabStatus>;
  /** Who has called EC2 how often. */
  calls(): Promise<CallStatus>;
  /** Asks it to end. Resolves when it has heard, not when it has ended. */
  down(): Promise<void>;
  scale(request: ScaleRequest): Promise<void>;
  exec(request: ExecRequest): Promise<ExecResult>;
}

/** A lab that takes longer for a simple answer hangs. */
const ANSWER_MS = 10_000;

/** A client of the lab that listens on a Unix socket. Only a command in a pod may take longer than `answerMs`. */
export function openLabClient(socketPath: string, answerMs: number = ANSWER_MS): LabClient {
  const call = <Reply>(method: string, path: string, body?: object): Promise<Reply> =>
    callLab<Reply>({ socketPath, method, path, body, signal: AbortSignal.timeout(answerMs) });
  return {
    state: () => call("GET", "/state"),
    status: () => call("GET", "/status"),
    calls: () => call("GET", "/calls"),
    down: async () => {
      await call("POST", "/down", {});
    },
    scale: async (request) => {
      await call("POST", "/scale", request);
    },
    exec: async (request) => {
      const { stdout, stderr, exitCode } = await callLab<ExecReply>({
        socketPath,
        method: "POST",
        path: "/exec",
        body: request,
        signal: undefined,
      });
      return {
        stdout: Buffer.from(stdout, "base64"),
        stderr: Buffer.from(stderr, "base64"),
        exitCode,
      };
    },
  };
}

interface Call {
  readonly socketPath: string;
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
  /** Gives up. */
  readonly signal: AbortSignal | undefined;
}

async function callLab<Reply>({ signal, body, ...target }: Call): Promise<Reply> {
  const headers = { "content-type": "application/json" };
  const { promise, resolve, reject } = Promise.withResolvers<[status: number, body: string]>();
  const request = httpRequest({ ...target, headers, ...(signal && { signal }) }, (response) => {
    text(response).then((answer) => {
      resolve([response.statusCode ?? 0, answer]);
    }, reject);
  });
  request.once("error", reject);
  request.end(body === undefined ? undefined : JSON.stringify(body));
  let answer: [status: number, body: string];
  try {
    answer = await promise;
  } catch (cause) {
    throw new BerthError("labGone", `The lab at ${target.socketPath} does not answer.`, {
      fix: "It may just be starting or ending. `berth lab down` cleans up after one that crashed.",
      cause,
    });
  }
  const parsed: unknown = JSON.parse(answer[1]);
  if (answer[0] === 200) return parsed as Reply;
  const { code, message, fix } = parsed as ErrorReply;
  throw new BerthError(code, message, { fix });
}
