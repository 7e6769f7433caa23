import { Agent, request as httpsRequest } from "node:https";
import type { IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { newRandom } from "../../../base/index.ts";
import { systemTime } from "../../../time/index.ts";
import type { Seen, SeenEvent } from "./seen.ts";
import { type KubeApi, type KubeApiOptions, openKubeApi } from "../index.ts";

/** A request to a server under test. An object as body is sent as JSON. */
export interface TestRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer, read to its end. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  /** The body as JSON; an empty object if it is something else. */
  readonly json: Seen;
}

/** A server with a socket, and the administrator as its client. */
export interface TestKube {
  readonly api: KubeApi;
  readonly port: number;
  /** What the server called bugs. */
  readonly bugs: readonly unknown[];
  send(method: string, path: string, request?: TestRequest): Promise<TestAnswer>;
  /** The answer as soon as its head is there, for streams. */
  open(method: string, path: string, request?: TestRequest): Promise<IncomingMessage>;
  close(): Promise<void>;
}

/** Starts a server on the machine's loopback. It knows no token but those that are issued. */
export async function startKube(options: Partial<KubeApiOptions> = {}): Promise<TestKube> {
  const bugs: unknown[] = [];
  const api = await openKubeApi({
    time: systemTime,
    random: newRandom(7),
    addresses: [],
    onBug: (error) => void bugs.push(error),
    ...options,
  });
  const listening = await api.listen({ kind: "loopback", port: 0 });
  const { port } = listening;
  const agent = new Agent({ keepAlive: true, ca: api.tls.ca });
  const token = api.tokenFor("test-admin");

  async function open(
    method: string,
    path: string,
    given: TestRequest = {},
  ): Promise<IncomingMessage> {
    const { body, headers = {} } = given;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const content = bodyOf(body);
    const all = {
      authorization: `Bearer ${token}`,
      // Node sends no length of its own accord with a DELETE.
      ...(content === undefined ? {} : { "content-length": Buffer.byteLength(content) }),
      ...headers,
    };
    const options = { host: "127.0.0.1", port, method, path, agent, headers: all };
    const request = httpsRequest(options, resolve);
    request.on("error", reject);
    request.end(content);
    return promise;
  }

  return {
    api,
    port,
    bugs,
    open,
    async send(method, path, request) {
      const answer = await open(method, path, request);
      const body = await text(answer);
      return {
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        text: body,
        json: parsed(body),
      };
    },
    async close() {
      agent.destroy();
      await api.close();
    },
  };
}

function bodyOf(body: unknown): string | Uint8Array | undefined {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array) return body;
  return JSON.stringify(body);
}

function parsed(body: string): Seen {
  try {
    return JSON.parse(body) as Seen;
  } catch {
    return {} as Seen;
  }
}

/** A pod with one container. */
export function podNamed(name: string, more: Readonly<Record<string, unknown>> = {}): object {
  const { metadata, spec, ...rest } = more as { metadata?: object; spec?: object };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ...metadata },
    spec: { containers: [{ name: "main", image: "busybox" }], ...spec },
    ...rest,
  };
}

/** The events of a watch, one after the other. */
export class TestWatch {
  readonly #answer: IncomingMessage;
  readonly #lines: string[] = [];
  #waiting: (() => void) | undefined;
  #rest = "";
  #ended = false;

  constructor(answer: IncomingMessage) {
    this.#answer = answer;
    answer.setEncoding("utf8");
    answer.on("data", (chunk: string) => {
      const parts = (this.#rest + chunk).split("\n");
      this.#rest = parts.pop() ?? "";
      this.#lines.push(...parts);
      this.#waiting?.();
    });
    const end = (): void => {
      this.#ended = true;
      this.#waiting?.();
    };
    answer.on("end", end);
    answer.on("close", end);
    answer.on("error", end);
  }

  /** The next event; undefined when the watch has ended. */
  async next(): Promise<SeenEvent | undefined> {
    while (this.#lines.length === 0) {
      if (this.#ended) return undefined;
      const { promise, resolve } = Promise.withResolvers<undefined>();
      this.#waiting = () => resolve(undefined);
      await promise;
    }
    return JSON.parse(this.#lines.shift() ?? "") as SeenEvent;
  }

  /** The next events, each as `ADDED web`, or `BOOKMARK`. */
  async take(count: number): Promise<readonly string[]> {
    const words: string[] = [];
    for (let at = 0; at < count; at++) {
      const event = await this.next();
      words.push(event === undefined ? "end" : wordsOf(event));
    }
    return words;
  }

  close(): void {
    this.#answer.destroy();
  }
}

function wordsOf({ type, object }: SeenEvent): string {
  return type === "BOOKMARK" ? type : `${type} ${object.metadata.name}`;
}
