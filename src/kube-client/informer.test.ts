import * as fc from "fast-check";
import type { Pod } from "kubernetes-types/core/v1";
import { afterEach, describe, expect, it } from "vitest";
import { scaledTime } from "../time/index.ts";
import { openInformer, openKubeClient, PODS } from "./index.ts";
import type { Informer, InformerChange, KubeClient } from "./index.ts";
import { startTinyServer } from "./tiny-server.ts";
import type { TinyServer, TinyServerOptions } from "./tiny-server.ts";

const COLLECTION = "/api/v1/namespaces/default/pods";
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

interface Bench {
  server: TinyServer;
  client: KubeClient;
  informer: Informer<Pod>;
  changes: InformerChange<Pod>[];
  errors: unknown[];
}

async function startBench(
  options: TinyServerOptions & { before?: (server: TinyServer) => void } = {},
): Promise<Bench> {
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
  cleanUps.push(
    () => server.close(),
    () => client.close(),
    () => informer.close(),
  );
  return { server, client, informer, changes, errors };
}

const names = (informer: Informer<Pod>): (string | undefined)[] =>
  informer.list().map(({ metadata }) => metadata?.name);
const told = (changes: InformerChange<Pod>[]): string[] =>
  changes.map(({ type, object }) => `${type} ${object.metadata?.name ?? ""}`);

describe.each([
  { name: "from a server that sends what exists as a watch", watchList: true },
  { name: "from a server that only lists", watchList: false },
])("an informer $name", ({ watchList }) => {
  it("holds what exists, then follows", async () => {
    const { server, informer, changes, errors } = await startBench({
      watchList,
      before: (server) => {
        server.put(COLLECTION, "a");
        server.put(COLLECTION, "b");
      },
    });
    await informer.synced;
    expect(names(informer)).toEqual(["a", "b"]);
    server.put(COLLECTION, "a", { status: { phase: "Running" } });
    server.remove(COLLECTION, "b");
    server.put(COLLECTION, "c");
    await expect
      .poll(() => told(changes))
      .toEqual(["added a", "added b", "updated a", "deleted b", "added c"]);
    expect(informer.get({ namespace: "default", name: "a" })?.status?.phase).toBe("Running");
    expect(informer.get({ namespace: "default", name: "b" })).toBeUndefined();
    expect(changes[2]?.old?.status).toBeUndefined();
    expect(changes[4]?.object.kind).toBe("Pod");
    expect(errors).toEqual([]);
  });

  it("goes on where it was when its connection is cut", async () => {
    const { server, informer, changes } = await startBench({ watchList });
    await informer.synced;
    server.put(COLLECTION, "a");
    await expect.poll(() => told(changes)).toEqual(["added a"]);
    server.cut();
    server.put(COLLECTION, "a", { status: { phase: "Running" } });
    server.put(COLLECTION, "b");
    await expect.poll(() => told(changes)).toEqual(["added a", "updated a", "added b"]);
    const since = server.asked.at(-1)?.line;
    expect(since).toContain("resourceVersion=101");
  });

  it("tells the differences when the version it holds has expired", async () => {
    const { server, informer, changes, errors } = await startBench({
      watchList,
      before: (server) => {
        for (const name of ["kept", "changed", "gone", "replaced"]) server.put(COLLECTION, name);
      },
    });
    await informer.synced;
    changes.splice(0);
    server.cut();
    server.put(COLLECTION, "changed", { status: { phase: "Failed" } });
    server.remove(COLLECTION, "gone");
    server.remove(COLLECTION, "replaced");
    server.put(COLLECTION, "replaced");
    server.put(COLLECTION, "new");
    server.compact();
    await expect
      .poll(() => told(changes).toSorted())
      .toEqual(
        [
          "deleted gone",
          "updated changed",
          "deleted replaced",
          "added replaced",
          "added new",
        ].toSorted(),
      );
    const ofReplaced = told(changes).filter((line) => line.endsWith("replaced"));
    expect(ofReplaced).toEqual(["deleted replaced", "added replaced"]);
    expect(names(informer).toSorted()).toEqual(["changed", "kept", "new", "replaced"]);
    // The cut is an error, the expiry is not.
    expect(errors.every((error) => (error as { status: number }).status === 0)).toBe(true);
  });
});

it("tells a late listener of what is there, and nobody after it stops listening", async () => {
  const { server, informer, changes } = await startBench({
    before: (server) => void server.put(COLLECTION, "a"),
  });
  await informer.synced;
  const late: InformerChange<Pod>[] = [];
  const stop = informer.onChange((change) => late.push(change));
  expect(told(late)).toEqual(["added a"]);
  stop();
  server.put(COLLECTION, "b");
  await expect.poll(() => told(changes)).toEqual(["added a", "added b"]);
  expect(told(late)).toEqual(["added a"]);
});

it("takes an ERROR line for what it says", async () => {
  const { server, informer, errors } = await startBench();
  await informer.synced;
  const object = { kind: "Status", message: "etcd is away", reason: "InternalError", code: 500 };
  const body = `${JSON.stringify({ type: "ERROR", object })}\n`;
  server.answerNext({ status: 200, body }, /watch=true/);
  server.cut();
  server.put(COLLECTION, "a");
  await expect.poll(() => names(informer)).toEqual(["a"]);
  expect(errors.map((error) => (error as { reason: string }).reason)).toContain("InternalError");
});

it("waits for a server that is not up yet", async () => {
  const first = await startTinyServer();
  const port = Number(new URL(first.url).port);
  await first.close();
  const access = { server: first.url, namespace: "default", credentials: async () => ({}) };
  const time = scaledTime({ speed: 1000, startMs: 0 });
  const client = openKubeClient(access, { userAgent: "test", time });
  const refused = Promise.withResolvers<unknown>();
  const informer = openInformer(client, PODS, { namespace: "default", onError: refused.resolve });
  await expect(refused.promise).resolves.toMatchObject({ code: "kubeUnreachable" });
  const server = await startTinyServer({ port });
  cleanUps.push(
    () => server.close(),
    () => client.close(),
    () => informer.close(),
  );
  server.put(COLLECTION, "a");
  await expect.poll(() => names(informer)).toEqual(["a"]);
});

it("ends quietly when it is closed, and does not keep a waiter waiting", async () => {
  const { server, informer, changes } = await startBench();
  informer.close();
  await informer.synced;
  server.put(COLLECTION, "a");
  expect(changes).toEqual([]);
});

type Act = { kind: "put" | "remove"; name: string } | { kind: "cut" | "compact" | "pause" };

const acts = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant("put" as const),
        name: fc.constantFrom("a", "b", "c", "d"),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("remove" as const),
        name: fc.constantFrom("a", "b", "c", "d"),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("cut" as const, "compact" as const, "pause" as const),
      }),
    },
  ),
  { minLength: 1, maxLength: 60 },
);

const SEED = 20_261_124;

it.each([true, false])(
  `neither misses, doubles nor reorders while connections are cut (watch-list: %s, seed ${SEED})`,
  async (watchList) => {
    await fc.assert(
      fc.asyncProperty(acts, async (script: Act[]) => {
        const { server, informer, changes, client } = await startBench({ watchList });
        await informer.synced;
        for (const act of script) {
          if (act.kind === "put") server.put(COLLECTION, act.name);
          else if (act.kind === "remove") server.remove(COLLECTION, act.name);
          else if (act.kind === "cut") server.cut();
          else if (act.kind === "compact") server.compact();
          else await new Promise((resolve) => setImmediate(resolve));
        }
        server.put(COLLECTION, "last");
        const want = server.objects(COLLECTION).map(({ metadata }) => metadata);
        const byName = <T extends { name?: string }>(list: T[]): T[] =>
          list.toSorted((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
        await expect
          .poll(() => byName(informer.list().map(({ metadata }) => metadata ?? {})))
          .toEqual(byName(want));
        expectConsistent(changes);
        // Without a gap in the history nothing is collapsed: every single change is told, once.
        if (!script.some(({ kind }) => kind === "compact"))
          expect(changes.map(({ object }) => object.metadata?.resourceVersion)).toEqual(
            server.versions(),
          );
        informer.close();
        client.close();
        await server.close();
      }),
      { seed: SEED, numRuns: 40 },
    );
  },
  60_000,
);

/** Per object: added once, then updated to ever newer versions of the one before, then deleted. */
function expectConsistent(changes: InformerChange<Pod>[]): void {
  const held = new Map<string, Pod>();
  for (const { type, object, old } of changes) {
    const name = object.metadata?.name ?? "";
    expect(old).toBe(held.get(name));
    expect(old === undefined).toBe(type === "added");
    if (old !== undefined && type === "updated") {
      expect(object.metadata?.uid).toBe(old.metadata?.uid);
      expect(Number(object.metadata?.resourceVersion)).toBeGreaterThan(
        Number(old.metadata?.resourceVersion),
      );
    }
    if (type === "deleted") held.delete(name);
    else held.set(name, object);
  }
}
