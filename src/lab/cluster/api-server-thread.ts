import { Worker } from "node:worker_threads";
import { BerthError } from "../../base/index.ts";
import { systemTime, type Time } from "../../time/index.ts";
import type { ApiServerSettings, LabApiServer } from "./lab-api-server.ts";

/** What the thread is started with. */
export interface ThreadStart {
  readonly settings: ApiServerSettings;
  /** The lab's time: at `wallMs` of the wall clock it was `atMs`, and it passes `speed` times as fast. */
  readonly pace: { readonly speed: number; readonly atMs: number; readonly wallMs: number };
  readonly seed: number;
}

type Question = { readonly kind: "token"; readonly user: string } | { readonly kind: "close" };

/** What the thread is asked. */
export type ThreadRequest = { readonly id: number } & Question;

/** What was thrown in the thread: the parts of a `BerthError`, or any other error. */
export type Thrown =
  | { readonly code: string; readonly message: string; readonly fix: string }
  | { readonly error: Error };

/** What the thread says. */
export type ThreadWord =
  | ({ readonly kind: "open" } & Pick<LabApiServer, "server" | "kubeconfig" | "ca">)
  | { readonly kind: "notOpen"; readonly thrown: Thrown }
  | { readonly kind: "answer"; readonly id: number; readonly value: string }
  | { readonly kind: "failure"; readonly id: number; readonly thrown: Thrown }
  | { readonly kind: "bug"; readonly thrown: Thrown };

/** What the parts of a lab that stay in this thread give. */
export interface ThreadOptions {
  readonly time: Time;
  /** How many times as fast as the wall clock `time` passes. */
  readonly speed: number;
  readonly seed: number;
  readonly onBug: (error: unknown) => void;
}

/** Opens the lab's API server in a thread of its own, so that it has a processor beside that of its hundreds of clients. */
export async function startApiServerThread(
  settings: ApiServerSettings,
  { time, speed, seed, onBug }: ThreadOptions,
): Promise<LabApiServer> {
  const pace = { speed, atMs: time.nowMs(), wallMs: systemTime.nowMs() };
  const worker = new Worker(new URL("./api-server-thread-main.ts", import.meta.url), {
    workerData: { settings, pace, seed } satisfies ThreadStart,
  });
  const questions = newQuestions(worker);
  const opening = Promise.withResolvers<Extract<ThreadWord, { kind: "open" }>>();
  let isOpen = false;

  function hear(word: ThreadWord): void {
    switch (word.kind) {
      case "open":
        opening.resolve(word);
        return;
      case "notOpen":
        opening.reject(errorOf(word.thrown));
        return;
      case "answer":
        questions.take(word.id)?.resolve(word.value);
        return;
      case "failure":
        questions.take(word.id)?.reject(errorOf(word.thrown));
        return;
      case "bug":
        onBug(errorOf(word.thrown));
    }
  }

  function end(why: unknown): void {
    opening.reject(why);
    questions.end(why);
  }

  worker.on("message", hear);
  worker.once("error", (error) => {
    // While it opens, the error is the caller's.
    if (isOpen) onBug(error);
    end(error);
  });
  worker.once("exit", () => {
    end(new Error("the thread of the API server has ended"));
  });
  const { server, kubeconfig, ca } = await opened(opening.promise, worker);
  isOpen = true;
  return {
    ...{ server, kubeconfig, ca },
    tokenFor: (user) => questions.ask({ kind: "token", user }),
    async close() {
      if (questions.ended) return;
      try {
        await questions.ask({ kind: "close" });
      } finally {
        await worker.terminate();
      }
    },
  };
}

/** What the thread was asked and has not answered yet. */
interface Questions {
  readonly ended: boolean;
  ask(question: Question): Promise<string>;
  take(id: number): PromiseWithResolvers<string> | undefined;
  /** There will be no answers: nobody who waits for one may wait for ever. */
  end(why: unknown): void;
}

function newQuestions(worker: Worker): Questions {
  const asked = new Map<number, PromiseWithResolvers<string>>();
  let count = 0;
  let end: { readonly why: unknown } | undefined;
  return {
    get ended() {
      return end !== undefined;
    },
    async ask(question) {
      if (end !== undefined) throw end.why;
      const answer = Promise.withResolvers<string>();
      const id = (count += 1);
      asked.set(id, answer);
      worker.postMessage({ id, ...question } satisfies ThreadRequest);
      return answer.promise;
    },
    take(id) {
      const answer = asked.get(id);
      asked.delete(id);
      return answer;
    },
    end(why) {
      end ??= { why };
      for (const answer of asked.values()) answer.reject(why);
      asked.clear();
    },
  };
}

async function opened<T>(opening: Promise<T>, worker: Worker): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}

function errorOf(thrown: Thrown): Error {
  if ("error" in thrown) return thrown.error;
  const { code, message, fix } = thrown;
  return new BerthError(code, message, { fix });
}
