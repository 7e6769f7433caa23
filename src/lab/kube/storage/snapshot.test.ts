import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ObjectStore } from "./object-store.ts";
import { readSnapshot, writeSnapshot } from "./snapshot.ts";
import { SnapshotKeeper } from "./snapshot-keeper.ts";

let directory = "";
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "berth-snapshot-"));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

function filledStore(): ObjectStore {
  const store = new ObjectStore();
  const table = store.tableNamed("pods");
  for (let at = 0; at < 450; at++) {
    const metadata = { name: `p${at}`, namespace: "default" };
    store.create(table, { apiVersion: "v1", kind: "Pod", metadata });
  }
  return store;
}

describe("a snapshot", () => {
  test("gives back the objects and what was kept with them, and is for its owner only", async () => {
    const file = join(directory, "deep", "kube.json");
    const store = filledStore();
    await writeSnapshot(file, store, { key: "secret" });
    const read = await readSnapshot(file);
    expect(read?.keepsakes).toEqual({ key: "secret" });
    expect(read?.store.tableNamed("pods").list()).toEqual(store.tableNamed("pods").list());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test("its versions are never given again, and the changes before it are unknown", async () => {
    const file = join(directory, "kube.json");
    const store = filledStore();
    await writeSnapshot(file, store, {});
    const read = await readSnapshot(file);
    expect(read?.store.version).toBeGreaterThan(store.version);
    expect(read?.store.tableNamed("pods").history.after(store.version)).toBeUndefined();
  });

  test("shows one moment, whatever is written meanwhile", async () => {
    const file = join(directory, "kube.json");
    const store = filledStore();
    const writing = writeSnapshot(file, store, {});
    store.remove(store.tableNamed("pods"), { name: "p449", namespace: "default" });
    await writing;
    expect((await readSnapshot(file))?.store.tableNamed("pods").size).toBe(450);
  });

  test("there is none where there is no file", async () => {
    expect(await readSnapshot(join(directory, "nowhere"))).toBeUndefined();
  });

  test.each([
    { name: "empty", contents: "" },
    { name: "of another format", contents: '{"format":"other/9"}\n' },
    { name: "cut off", contents: '{"format":"berth-kube/1","version":1,"keepsakes":{}}\n{"reso' },
  ])("one that is $name is refused, and the file is named", async ({ contents }) => {
    const file = join(directory, "kube.json");
    await writeFile(file, contents);
    await expect(readSnapshot(file)).rejects.toMatchObject({
      code: "badSnapshot",
      facts: { file },
    });
  });
});

describe("SnapshotKeeper", () => {
  test("writes soon after a change, and again when it is closed", async () => {
    const file = join(directory, "kube.json");
    const store = new ObjectStore();
    const failures: unknown[] = [];
    const keeper = new SnapshotKeeper(file, { store, keepsakes: {} }, (e) => failures.push(e));
    store.create(store.tableNamed("things"), {
      apiVersion: "v1",
      kind: "Thing",
      metadata: { name: "soon" },
    });
    await vi.waitFor(async () => expect(await readFile(file, "utf8")).toContain("soon"), 20_000);
    store.create(store.tableNamed("things"), {
      apiVersion: "v1",
      kind: "Thing",
      metadata: { name: "last" },
    });
    await keeper.close();
    expect(await readFile(file, "utf8")).toContain("last");
    expect(failures).toEqual([]);
  }, 30_000);

  test("tells of a file that can't be written", async () => {
    await writeFile(join(directory, "taken"), "");
    const store = filledStore();
    const file = join(directory, "taken", "kube.json");
    const keeper = new SnapshotKeeper(file, { store, keepsakes: {} }, () => undefined);
    await expect(keeper.save()).rejects.toThrow();
    await expect(keeper.close()).rejects.toThrow();
  });
});
