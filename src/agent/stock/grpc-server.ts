import { chmodSync, mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Grpc from "@grpc/grpc-js";
import { BerthError } from "../../base/index.ts";
import { requireUnanswered } from "../unix-socket.ts";
import type {
  AddNetworkReply,
  AddNetworkRequest,
  DelNetworkReply,
  DelNetworkRequest,
  NetworkPolicyConfigReply,
} from "./messages.ts";
import { addNetwork, CallRefused, delNetwork } from "./stock-service.ts";
import type { StockServiceParts } from "./stock-service.ts";

/** What is served, and where. */
export interface StockServerParts {
  /** The Unix socket; the VPC CNI's own is `/var/run/aws-node/ipamd.sock`. */
  readonly path: string;
  readonly service: StockServiceParts;
  readonly policyConfig: NetworkPolicyConfigReply;
}

/** Names of services whose health can be asked for: the whole server's, and the one that the VPC CNI's probes name. */
const HEALTHY = new Set(["", "grpc.health.v1.aws-node"]);
const SOCKET_MODE = 0o660;

/**
 * Serves what the VPC CNI's agent serves: `rpc.CNIBackend`, `rpc.ConfigServerBackend` and `grpc.health.v1.Health`, without
 * encryption, on a Unix socket of root's. gRPC is loaded here, so that agents without it do not pay for it.
 */
export async function startStockServer(
  parts: StockServerParts,
): Promise<{ close(): Promise<void> }> {
  const { path, service, policyConfig } = parts;
  await requireUnanswered(path);
  const grpc = await import("@grpc/grpc-js");
  const { loadSync } = await import("@grpc/proto-loader");
  const files = ["rpc.proto", "health.proto"].map((name) =>
    fileURLToPath(new URL(name, import.meta.url)),
  );
  const definitions = loadSync(files, {
    keepCase: true,
    defaults: true,
    enums: String,
    longs: Number,
  });
  const server = new grpc.Server();
  const serviceNamed = (name: string): Grpc.ServiceDefinition =>
    definitions[name] as Grpc.ServiceDefinition;
  server.addService(serviceNamed("rpc.CNIBackend"), {
    AddNetwork: unary<AddNetworkRequest, AddNetworkReply>(grpc, (call) =>
      addNetwork(service, call),
    ),
    DelNetwork: unary<DelNetworkRequest, DelNetworkReply>(grpc, (call) =>
      delNetwork(service, call),
    ),
  });
  server.addService(serviceNamed("rpc.ConfigServerBackend"), {
    GetNetworkPolicyConfigs: unary<object, NetworkPolicyConfigReply>(
      grpc,
      async () => policyConfig,
    ),
  });
  const watchers: Watchers = new Set();
  server.addService(serviceNamed("grpc.health.v1.Health"), health(grpc, watchers));
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  rmSync(path, { force: true });
  await bind(server, { path, credentials: grpc.ServerCredentials.createInsecure() });
  chmodSync(path, SOCKET_MODE);
  return {
    close: async () => {
      // Shutting down waits for calls under way, and theirs would not end by themselves.
      for (const watcher of watchers) watcher.end();
      await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
      rmSync(path, { force: true });
    },
  };
}

async function bind(
  server: Grpc.Server,
  { path, credentials }: { readonly path: string; readonly credentials: Grpc.ServerCredentials },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${path}`, credentials, (cause) => {
      if (cause === null) resolve();
      else reject(notBound(path, cause));
    });
  });
}

function notBound(path: string, cause: Error): BerthError {
  return new BerthError("stockSocketNotBound", `Cannot listen on ${path}: ${cause.message}.`, {
    fix: "Check that the agent may write to its directory; BERTH_STOCK_SOCKET names it, and without it there is no such socket.",
    facts: { path },
    cause,
  });
}

/** A handler from a function; what it throws is a status. */
function unary<Request, Reply>(
  grpc: typeof Grpc,
  answer: (request: Request) => Promise<Reply>,
): Grpc.handleUnaryCall<Request, Reply> {
  return (call, callback) => {
    answer(call.request).then(
      (reply) => callback(null, reply),
      (error: unknown) => callback(statusOf(grpc, error)),
    );
  };
}

function statusOf(grpc: typeof Grpc, error: unknown): Partial<Grpc.StatusObject> {
  const details = error instanceof Error ? error.message : String(error);
  const precondition = error instanceof CallRefused && error.status === "failedPrecondition";
  return { code: precondition ? grpc.status.FAILED_PRECONDITION : grpc.status.UNKNOWN, details };
}

/** Streams of those who want to hear of changes of the health. */
type Watchers = Set<Pick<Grpc.ServerWritableStream<unknown, unknown>, "end">>;

/** Serving from the moment that the socket is there, and until it is gone, as the VPC CNI says it. */
function health(grpc: typeof Grpc, watchers: Watchers): Grpc.UntypedServiceImplementation {
  const check: Grpc.handleUnaryCall<{ service: string }, { status: string }> = (call, callback) => {
    const { service } = call.request;
    if (HEALTHY.has(service)) callback(null, { status: "SERVING" });
    else callback({ code: grpc.status.NOT_FOUND, details: `unknown service ${service}` });
  };
  const watch: Grpc.handleServerStreamingCall<{ service: string }, { status: string }> = (call) => {
    watchers.add(call);
    call.once("close", () => watchers.delete(call));
    call.write({ status: HEALTHY.has(call.request.service) ? "SERVING" : "SERVICE_UNKNOWN" });
  };
  return { Check: check, Watch: watch };
}
