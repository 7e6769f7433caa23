import type { Pod } from "kubernetes-types/core/v1";
import { scaledTime } from "../time/index.ts";
import { openInformer, openKubeClient, PODS } from "./index.ts";
import type { Informer, InformerChange } from "./index.ts";
import { startTinyServer } from "./tiny-server.ts";
import type { TinyServer, TinyServerOptions } from "./tiny-server.ts";

/** The collection that the informer of a {@link Bench} follows. */
export const COLLECTION = "/api/v1/namespaces/default/pods";

/** For tests: an informer of a tiny server, and all it has told. */
export interface Bench {
  readonly server: TinyServer;
  readonly informer: Informer<Pod>;
  readonly changes: InformerChange<Pod>[];
  readonly errors: unknown[];
  close(): Promise<void>;
}

/** The server's, and what happens before the informer is opened. */
export interface BenchOptions extends TinyServerOptions {
  readonly before?: (server: TinyServer) => void;
}

/** Opens both. */
export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const server = await startTinyServer(options);
  options.before?.(server);
  const access = { server: server.url, namespace: "default", credentials: async () => ({}) };
  // A thousand times as fast, so that back-offs pass in milliseconds.
  const time = scaledTime({ speed: 1000, startMs: 0 });
  const client = openKubeClient(access, { userAgent: "test", time });
  const errors: unknown[] = [];
  const changes: InformerChange<Pod>[] = [];
  const informer = openInformer(client, PODS, {
    namespace: "default",
    onError: (error) => errors.push(error),
  });
  informer.onChange((change) => changes.push(change));
  const close = async (): Promise<void> => {
    informer.close();
    client.close();
    await server.close();
  };
  return { server, informer, changes, errors, close };
}
