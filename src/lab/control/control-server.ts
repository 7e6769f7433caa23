import fastify from "fastify";
import { ZodError } from "zod";
import { BerthError } from "../../base/index.ts";
import { type Listening, serveHttp } from "./http.ts";
import type { Lab } from "./lab.ts";
import { type ErrorReply, type ExecReply, execRequest, scaleRequest } from "./protocol.ts";

/** What the control server needs. */
export interface ControlOptions {
  readonly lab: Lab;
  readonly socket: string;
  /** Called when someone asks for the end; the answer is sent before anything ends. */
  readonly stop: () => void;
  readonly onBug: (error: unknown) => void;
}

/** Serves `lab status`, `lab calls`, `lab scale`, `lab exec` and `lab down` on a Unix socket that only its owner can open. */
export async function startControlServer({
  lab,
  socket,
  stop,
  onBug,
}: ControlOptions): Promise<Listening> {
  const app = fastify({ forceCloseConnections: true });
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof BerthError) {
      const { code, message, fix } = error;
      return reply.code(409).send({ code, message, fix } satisfies ErrorReply);
    }
    const isBug = !(error instanceof ZodError);
    if (isBug) onBug(error);
    const body: ErrorReply = {
      code: "labRequest",
      message: String(error),
      fix: isBug
        ? "This is a bug in Berth, please report it. The lab goes on; `berth lab down` ends it."
        : "The lab did not understand this: are it and this command of the same version?",
    };
    return reply.code(isBug ? 500 : 400).send(body);
  });
  app.get("/state", () => lab.state);
  app.get("/status", () => lab.status);
  app.get("/calls", () => lab.calls);
  app.post("/down", (_request, reply) => {
    reply.raw.once("close", stop);
    return reply.send({});
  });
  app.post("/scale", async (request) => {
    await lab.scale(scaleRequest.parse(request.body));
    return {};
  });
  app.post("/exec", async (request): Promise<ExecReply> => {
    const { stdout, stderr, exitCode } = await lab.exec(execRequest.parse(request.body));
    return { stdout: stdout.toString("base64"), stderr: stderr.toString("base64"), exitCode };
  });
  await app.ready();
  return serveHttp((request, response) => app.routing(request, response), {
    kind: "unix",
    path: socket,
  });
}
