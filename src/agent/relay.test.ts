import { execFile, execFileSync } from "node:child_process";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { decodeCall, encodeReply } from "../cni/index.ts";
import type { CniCall, CniReply } from "../cni/index.ts";
import { startCniServer } from "./cni-server.ts";
import type { CniServer } from "./cni-server.ts";
import { callAgent, cniCall, newDirectory, removeDirectory } from "./tiny-agent.ts";

const SOURCE = join(import.meta.dirname, "../../native/cni-relay.c");
const directory = newDirectory();
const relay = join(directory, "cni-relay");
const path = join(directory, "cni.sock");
const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

function hasCompiler(): boolean {
  try {
    execFileSync("cc", ["--version"]);
    return true;
  } catch {
    return false;
  }
}

const compiler = hasCompiler();

/** Runs the relay as a container runtime does. */
async function runRelay({ env, stdin }: CniCall, socket = path): Promise<CniReply> {
  const child = promisify(execFile)(relay, [], {
    env: { ...env, PATH: "/bin", BERTH_CNI_SOCKET: socket },
  });
  // A relay that gives up before it has read everything breaks this pipe.
  child.child.stdin?.on("error", () => undefined).end(stdin);
  try {
    return { status: 0, stdout: (await child).stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { status: code, stdout };
  }
}

function message(reply: CniReply): string {
  const error = JSON.parse(reply.stdout) as { code: number; msg: string };
  return `${error.code} ${error.msg}`;
}

beforeAll(() => {
  if (compiler)
    execFileSync("cc", ["-O2", "-std=c11", "-Wall", "-Wextra", "-Werror", "-o", relay, SOURCE]);
});

afterAll(() => removeDirectory(directory));

describe.skipIf(!compiler)("the relay (needs a C compiler, cc)", () => {
  let server: CniServer | undefined;
  let rude: Server | undefined;

  afterEach(async () => {
    await server?.close();
    rude?.close();
    server = undefined;
    rude = undefined;
  });

  async function serve(handle: (call: CniCall) => Promise<CniReply>): Promise<void> {
    server = await startCniServer({ path, handle, log, peerTimeoutMs: 2_000 });
  }

  async function serveRudely(onCall: (socket: Socket) => void): Promise<void> {
    rude = createServer((socket) => {
      let received: Buffer = Buffer.alloc(0);
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        received = Buffer.concat([received, chunk]);
        if (typeof decodeCall(received) === "object") onCall(socket);
      });
    });
    const listening = new Promise<void>((resolve) => rude?.listen(path, resolve));
    await listening;
  }

  test("hands over the CNI_ variables and stdin, and gives back output and status", async () => {
    const seen: CniCall[] = [];
    await serve(async (call) => {
      seen.push(call);
      return { status: 7, stdout: '{"ü": 1}\n' };
    });
    const call = cniCall("ADD", "web-0", {});
    expect(await runRelay(call)).toEqual({ status: 7, stdout: '{"ü": 1}\n' });
    expect(seen).toEqual([call]);
  });

  test("carries a megabyte either way", async () => {
    await serve(async ({ stdin }) => ({ status: 0, stdout: stdin.toUpperCase() }));
    const stdin = "x".repeat(1_000_000);
    const reply = await runRelay({ env: { CNI_COMMAND: "ADD" }, stdin });
    expect(reply.status).toBe(0);
    expect(reply.stdout === stdin.toUpperCase()).toBe(true);
  });

  test("fifty at once each get their own answer", async () => {
    await serve(async ({ env }) => ({ status: 0, stdout: env["CNI_CONTAINERID"] ?? "" }));
    const names = Array.from({ length: 50 }, (_, index) => `c-${index}`);
    const replies = await Promise.all(
      names.map((name) => runRelay(cniCall("DEL", "p", { containerId: name }))),
    );
    expect(replies.map(({ stdout }) => stdout)).toEqual(names);
  });

  test("without an agent says so, with code 11 (try again later) and what to do", async () => {
    const reply = await runRelay(cniCall("ADD", "web-0", {}), join(directory, 'no"where'));
    expect(reply.status).toBe(1);
    expect(message(reply)).toMatch(
      /^11 the berth agent does not answer on .*no"where \(connect: No such file/,
    );
    expect(reply.stdout).toContain("Start the agent on this node");
  });

  test("refuses a socket path that no socket can have", async () => {
    const reply = await runRelay(cniCall("ADD", "web-0", {}), `/${"x".repeat(200)}`);
    expect(message(reply)).toContain("path too long");
  });

  test.each([
    { name: "hangs up without an answer", answer: Buffer.alloc(0) },
    {
      name: "hangs up in the middle of the answer",
      answer: encodeReply({ status: 0, stdout: "{}" }).subarray(0, 9),
    },
  ])("never prints half a result: the agent $name", async ({ answer }) => {
    await serveRudely((socket) => socket.end(answer));
    expect(message(await runRelay(cniCall("ADD", "web-0", {})))).toMatch(
      /^11 .*\(receive: Connection reset by peer\)/,
    );
  });

  test("a reply in many small pieces is put together", async () => {
    const bytes = [...encodeReply({ status: 0, stdout: "one byte at a time" })];
    await serveRudely((socket) => {
      const next = (): void => {
        const byte = bytes.shift();
        if (byte === undefined) socket.end();
        else socket.write(Buffer.of(byte), () => setImmediate(next));
      };
      next();
    });
    expect((await runRelay(cniCall("ADD", "web-0", {}))).stdout).toBe("one byte at a time");
  });
});

describe("the server", () => {
  test("cuts off a peer that hangs, and one that talks nonsense", async () => {
    const server = await startCniServer({
      path,
      handle: async () => ({ status: 0, stdout: "" }),
      log,
      peerTimeoutMs: 50,
    });
    const { connect } = await import("node:net");
    for (const bytes of [Buffer.of(0, 0), Buffer.of(0xff, 0xff, 0xff, 0xff)]) {
      const peer = connect(path);
      peer.on("error", () => undefined);
      peer.write(bytes);
      await new Promise((resolve) => peer.once("close", resolve));
    }
    await server.close();
  });

  test("tells the handler when the relay is gone", async () => {
    const aborted: PromiseWithResolvers<void> = Promise.withResolvers();
    const called: PromiseWithResolvers<void> = Promise.withResolvers();
    const server = await startCniServer({
      path,
      handle: async (_call, signal) => {
        signal.addEventListener("abort", () => aborted.resolve());
        called.resolve();
        await aborted.promise;
        return { status: 0, stdout: "" };
      },
      log,
      peerTimeoutMs: 2_000,
    });
    const { connect } = await import("node:net");
    const { encodeCall } = await import("../cni/index.ts");
    const peer = connect(path);
    peer.write(encodeCall(cniCall("ADD", "web-0", {})));
    await called.promise;
    peer.destroy();
    await aborted.promise;
    await server.close();
  });

  test("answers a broken handler's caller", async () => {
    const handle = (): Promise<CniReply> => Promise.reject(new Error("a bug"));
    const server = await startCniServer({ path, handle, log, peerTimeoutMs: 2_000 });
    expect(message(await callAgent(path, cniCall("ADD", "web-0", {})))).toMatch(
      /^11 .*unexpected error/,
    );
    await server.close();
  });
});
