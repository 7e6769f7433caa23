import type { Pod } from "kubernetes-types/core/v1";
import { afterEach, describe, expect, it } from "vitest";
import { scaledTime } from "../time/index.ts";
import { openInformer, openKubeClient, PODS } from "./index.ts";
import type { Informer, InformerChange } from "./index.ts";
import { COLLECTION, openBench } from "./informer-bench.ts";
import type { Bench, BenchOptions } from "./informer-bench.ts";
import { startTinyServer } from "./tiny-server.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startBench(options: BenchOptions = {}): Promise<Bench> {
  const bench = await openBench(options);
  cleanUps.push(() => bench.close());
  return bench;
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
