import type { IncomingMessage } from "node:http";
import { answerError, statusError } from "./answer-error.ts";
import type { Status } from "./answer-error.ts";
import type { WatchEvent } from "./kube-client.ts";
import { newLineReader } from "./line-reader.ts";
import { noAnswer } from "./no-answer.ts";
import type { KubeObject } from "./resource.ts";

/** What is read, and until when. */
export interface WatchStreamOptions {
  /** For messages: the server's address and the request. */
  readonly address: string;
  readonly what: string;
  readonly signal: AbortSignal;
  /** If nothing at all has arrived for so long the connection counts as lost. */
  readonly silenceMs: number;
}

/** Reads a watch to its end. Resolves when the server ends it or `signal` aborts; rejects with a `KubeError` otherwise. */
export async function readWatch<T extends KubeObject>(
  head: IncomingMessage,
  { address, what, signal, silenceMs }: WatchStreamOptions,
  onEvent: (event: WatchEvent<T>) => void,
): Promise<void> {
  if (head.statusCode !== 200) throw answerError(what, head.statusCode ?? 0, await readAll(head));
  const read = newLineReader((line) => {
    if (signal.aborted) return;
    const { type, object } = parseLine<T>(what, line);
    if (type === "ERROR") throw statusError(what, object);
    onEvent({ type, object });
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (error: Error): void => {
      reject(error);
      head.destroy();
    };
    head.setTimeout(silenceMs, () => {
      fail(noAnswer(address, "TimedOut", `a watch was silent for ${silenceMs / 1000} s`));
    });
    head.on("data", (chunk: Buffer) => {
      try {
        read(chunk);
      } catch (error) {
        fail(error as Error);
      }
    });
    head.once("end", resolve);
    head.once("error", (error) => {
      if (signal.aborted) resolve();
      else fail(noAnswer(address, "Unreachable", error));
    });
    head.once("close", resolve);
  });
}

interface Line<T> {
  readonly type: WatchEvent<unknown>["type"] | "ERROR";
  readonly object: T & Status;
}

function parseLine<T>(what: string, line: string): Line<T> {
  try {
    return JSON.parse(line) as Line<T>;
  } catch (cause) {
    const message = "a line of the watch is not JSON";
    throw Object.assign(statusError(what, { message, reason: "BadAnswer" }), { cause });
  }
}

async function readAll(head: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of head) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
