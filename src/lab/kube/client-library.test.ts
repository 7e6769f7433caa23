import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Server, type Socket } from "node:net";
import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from "@kubernetes/client-node";
import type { ConfigMap } from "kubernetes-types/core/v1";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newRandom } from "../../base/index.ts";
import { CONFIG_MAPS, openKubeClient } from "../../kube-client/index.ts";
import { systemTime } from "../../time/index.ts";
import { openKubeApi, type KubeApi, type KubeListening } from "./index.ts";

/** `BERTH_CHURN_SECONDS=600` makes it the ten minutes of a soak. */
const CHURN_SECONDS = Number(process.env["BERTH_CHURN_SECONDS"] ?? "15");
const CUT_EVERY_MS = 4000;
const NAMES = 40;
const PATH = "/api/v1/namespaces/default/configmaps";

/** What an informer must have told: by uid, the versions of the object, and whether it was deleted. */
type History = Map<string, { readonly versions: string[]; deleted: boolean }>;

/** A way to the server that can be cut: every connection at once, as a load balancer's restart does. */
class Passage {
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, "127.0.0.1");
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
  }

  async open(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return (this.#server.address() as AddressInfo).port;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  close(): void {
    this.cut();
    this.#server.close();
  }
}

let api: KubeApi;
let listening: KubeListening;

beforeAll(async () => {
  const bugs: unknown[] = [];
  api = await openKubeApi({
    time: systemTime,
    random: newRandom(7),
    addresses: [],
    onBug: (error) => bugs.push(error),
  });
  listening = await api.listen({ kind: "loopback", port: 0 });
  expect(bugs).toEqual([]);
});

afterAll(async () => {
  await listening.close();
  await api.close();
});

function config(port: number): KubeConfig {
  const made = new KubeConfig();
  made.loadFromString(api.adminKubeconfig(`https://127.0.0.1:${port}`));
  return made;
}

function configMap(name: string, labels: Record<string, string>): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: "default", labels },
    data: { n: "0" },
  };
}

/** Follows with the JavaScript client library, and starts again when the connection is cut. */
function follow(
  kube: KubeConfig,
  labelSelector?: string,
): { told: History; twice: string[]; stop(): Promise<void> } {
  const core = kube.makeApiClient(CoreV1Api);
  const list = async (): ReturnType<typeof core.listNamespacedConfigMap> =>
    core.listNamespacedConfigMap({
      namespace: "default",
      ...(labelSelector === undefined ? {} : { labelSelector }),
    });
  const informer = makeInformer(kube, PATH, list, labelSelector);
  const told: History = new Map();
  const twice: string[] = [];
  const tell = (kind: "add" | "update" | "delete") => (object: V1ConfigMap) => {
    const uid = object.metadata?.uid ?? "";
    const resourceVersion = object.metadata?.resourceVersion ?? "";
    const entry = told.get(uid) ?? { versions: [], deleted: false };
    if (entry.versions.includes(resourceVersion) || entry.deleted)
      twice.push(`${kind} ${uid} ${resourceVersion}`);
    if ((kind === "add") !== !told.has(uid)) twice.push(`${kind} ${uid} out of order`);
    entry.versions.push(resourceVersion);
    entry.deleted = kind === "delete";
    told.set(uid, entry);
  };
  for (const kind of ["add", "update", "delete"] as const) informer.on(kind, tell(kind));
  let stopped = false;
  const start = (): void => {
    informer.start().catch(() => undefined);
  };
  informer.on("error", () => {
    if (!stopped) setImmediate(start);
  });
  start();
  return {
    told,
    twice,
    stop: async () => {
      stopped = true;
      await informer.stop();
    },
  };
}

test(
  `informers of the JavaScript client library see every event of ${CHURN_SECONDS} s of churn once, though their connections are cut`,
  async () => {
    const direct = openKubeClient(
      {
        server: `https://127.0.0.1:${listening.port}`,
        ca: api.tls.ca,
        namespace: "default",
        credentials: async () => Promise.resolve({ token: api.tokenFor("churn") }),
      },
      { userAgent: "berth-test" },
    );
    const passage = new Passage(listening.port);
    const through = config(await passage.open());
    const all = follow(through);
    const even = follow(through, "parity=even");
    const random = newRandom(11);
    const written: History = new Map();
    const live = new Map<string, ConfigMap>();
    const endMs = performance.now() + CHURN_SECONDS * 1000;
    let cutAtMs = performance.now() + CUT_EVERY_MS;

    const note = (object: ConfigMap, deleted = false): void => {
      const { uid = "", resourceVersion = "" } = object.metadata ?? {};
      const entry = written.get(uid) ?? { versions: [], deleted: false };
      if (!deleted) entry.versions.push(resourceVersion);
      entry.deleted = deleted;
      written.set(uid, entry);
    };
    // Both see an empty namespace first: what they are told later they have from their watches.
    let writes = 0;
    while (performance.now() < endMs) {
      const name = `churn-${random.below(NAMES)}`;
      const namespace = "default";
      const present = live.get(name);
      if (present === undefined) {
        const labels = { parity: random.chance(1, 2) ? "even" : "odd" };
        const made = await direct.create(CONFIG_MAPS, configMap(name, labels));
        live.set(name, made);
        note(made);
      } else if (random.chance(1, 3)) {
        await direct.delete(CONFIG_MAPS, { namespace, name });
        live.delete(name);
        note(present, true);
      } else {
        const changed = await direct.replace(CONFIG_MAPS, { ...present, data: { n: `${writes}` } });
        live.set(name, changed);
        note(changed);
      }
      writes += 1;
      if (performance.now() > cutAtMs) {
        passage.cut();
        cutAtMs += CUT_EVERY_MS;
      }
    }
    expect(writes).toBeGreaterThan(CHURN_SECONDS * 10);
    // The last write is a mark: who has seen it has seen all.
    const mark = await direct.create(CONFIG_MAPS, configMap("mark", { parity: "even" }));
    note(mark);
    const uid = mark.metadata?.uid ?? "";
    await expect
      .poll(() => all.told.has(uid) && even.told.has(uid), { timeout: 30_000, interval: 20 })
      .toBe(true);
    await Promise.all([all.stop(), even.stop()]);
    passage.close();
    direct.close();

    expect(all.twice).toEqual([]);
    expect(even.twice).toEqual([]);
    const evens = new Set([...all.told.keys()].filter((key) => even.told.has(key)));
    for (const [key, want] of written) {
      const got = all.told.get(key);
      // A deletion has a version of its own, which no answer told.
      expect(got?.deleted, key).toBe(want.deleted);
      expect(want.deleted ? got?.versions.slice(0, -1) : got?.versions, key).toEqual(want.versions);
      if (evens.has(key)) expect(even.told.get(key)).toEqual(got);
    }
    expect(evens.size).toBeGreaterThan(0);
  },
  (CHURN_SECONDS + 60) * 1000,
);
