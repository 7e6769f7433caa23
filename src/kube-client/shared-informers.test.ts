import type { Pod } from "kubernetes-types/core/v1";
import { afterEach, expect, test } from "vitest";
import { scaledTime } from "../time/index.ts";
import { openInformer, openKubeClient, openSharedInformers, PODS } from "./index.ts";
import type { Informer, SharingClient } from "./index.ts";
import { COLLECTION } from "./informer-bench.ts";
import { startTinyServer } from "./tiny-server.ts";
import type { TinyServer } from "./tiny-server.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function startSharing(): Promise<{ server: TinyServer; client: SharingClient }> {
  const server = await startTinyServer();
  cleanUps.push(() => server.close());
  const access = { server: server.url, namespace: "default", credentials: async () => ({}) };
  const time = scaledTime({ speed: 1000, startMs: 0 });
  const own = openKubeClient(access, { userAgent: "test", time });
  cleanUps.push(() => {
    own.close();
  });
  return { server, client: { ...own, informers: openSharedInformers(own) } };
}

function openPods(client: SharingClient, namespace = "default"): Informer<Pod> {
  const informer = openInformer(client, PODS, { namespace });
  cleanUps.push(() => {
    informer.close();
  });
  return informer;
}

const watches = (server: TinyServer): number =>
  server.asked.filter(({ line }) => line.includes("watch=true")).length;

function toldTo(informer: Informer<Pod>): string[] {
  const told: string[] = [];
  informer.onChange(({ type, object }) => told.push(`${type} ${object.metadata?.name ?? ""}`));
  return told;
}

test("two of the same selection follow one watch; each is told of everything once", async () => {
  const { server, client } = await startSharing();
  server.put(COLLECTION, "a");
  const first = openPods(client);
  const toldFirst = toldTo(first);
  await first.synced;
  const second = openPods(client);
  const toldSecond = toldTo(second);
  await second.synced;
  expect(toldSecond).toEqual(["added a"]);
  server.put(COLLECTION, "b");
  server.remove(COLLECTION, "a");
  const all = ["added a", "added b", "deleted a"];
  await expect.poll(() => toldFirst).toEqual(all);
  expect(toldSecond).toEqual(all);
  expect(second.list()).toEqual(first.list());
  expect(watches(server)).toBe(1);
});

test("one that is closed hears nothing more, and the other goes on", async () => {
  const { server, client } = await startSharing();
  const [first, second] = [openPods(client), openPods(client)];
  const [toldFirst, toldSecond] = [toldTo(first), toldTo(second)];
  await first.synced;
  first.close();
  first.close();
  server.put(COLLECTION, "a");
  await expect.poll(() => toldSecond).toEqual(["added a"]);
  expect(toldFirst).toEqual([]);
  expect(toldTo(first)).toEqual([]);
});

test("when the last is closed the watch ends, and the next begins anew", async () => {
  const { server, client } = await startSharing();
  const first = openPods(client);
  await first.synced;
  first.close();
  server.put(COLLECTION, "a");
  const next = openPods(client);
  await next.synced;
  expect(toldTo(next)).toEqual(["added a"]);
  expect(watches(server)).toBe(2);
});

test("other selections have copies of their own, and a failure is told to every user", async () => {
  const { server, client } = await startSharing();
  server.answerNext({ status: 500, body: "no" }, /pods/);
  const errors: string[] = [];
  for (const name of ["first", "second"]) {
    const informer = openInformer(client, PODS, {
      namespace: "default",
      onError: () => errors.push(name),
    });
    cleanUps.push(() => {
      informer.close();
    });
  }
  await expect.poll(() => errors).toEqual(["first", "second"]);
  const other = openPods(client, "other");
  await other.synced;
  expect(other.list()).toEqual([]);
});

test("one that is closed before it has synced does not keep anybody waiting", async () => {
  const { client } = await startSharing();
  const informer = openPods(client);
  informer.close();
  await informer.synced;
  expect(informer.list()).toEqual([]);
});
