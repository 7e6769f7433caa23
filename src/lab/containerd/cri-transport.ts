import { fileURLToPath } from "node:url";
import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { loadSync, type MethodDefinition } from "@grpc/proto-loader";
import { BerthError } from "../../base/index.ts";

/** Calls methods of the Container Runtime Interface by name, with messages as in `cri.proto`. */
export interface CriTransport {
  /**
   * Sends one request. Rejects with a BerthError whose code is `cri` and whose message is the runtime's own text,
   * because that text is what a person has to read; `facts.status` has gRPC's status as a word.
   */
  readonly call: <Reply>(method: string, request: object, deadlineMs: number) => Promise<Reply>;
  readonly close: () => void;
}

const PROTO_FILE = fileURLToPath(new URL("cri.proto", import.meta.url));

/** A transport to the runtime that listens on a Unix socket. Connects at the first call, and again when it was lost. */
export function openCriTransport(socket: string): CriTransport {
  const methods = loadMethods();
  const client = new Client(`unix:${socket}`, credentials.createInsecure(), {
    // A runtime that is only just starting is tried again soon.
    "grpc.initial_reconnect_backoff_ms": 50,
    "grpc.max_reconnect_backoff_ms": 500,
  });
  return {
    call<Reply>(method: string, request: object, deadlineMs: number): Promise<Reply> {
      const definition = methods.get(method);
      if (definition === undefined) throw new RangeError(`cri.proto has no method ${method}`);
      const { promise, resolve, reject } = Promise.withResolvers<Reply>();
      client.makeUnaryRequest(
        definition.path,
        definition.requestSerialize,
        definition.responseDeserialize,
        request,
        { deadline: Date.now() + deadlineMs },
        (error, reply) => {
          if (error === null) resolve(reply as Reply);
          else reject(criError(method, error));
        },
      );
      return promise;
    },
    close() {
      client.close();
    },
  };
}

function loadMethods(): ReadonlyMap<string, MethodDefinition<object, object>> {
  const definitions = loadSync(PROTO_FILE, {
    keepCase: true,
    enums: String,
    longs: Number,
    defaults: true,
  });
  const methods = new Map<string, MethodDefinition<object, object>>();
  for (const service of ["runtime.v1.RuntimeService", "runtime.v1.ImageService"]) {
    const definition = definitions[service] as Record<string, MethodDefinition<object, object>>;
    for (const [name, method] of Object.entries(definition)) methods.set(name, method);
  }
  return methods;
}

function criError(method: string, error: ServiceError): BerthError {
  return new BerthError("cri", error.details === "" ? error.message : error.details, {
    fix: "The runtime's own log has more; `berth lab status` says where it is.",
    facts: { method, status: status[error.code] },
    cause: error,
  });
}
