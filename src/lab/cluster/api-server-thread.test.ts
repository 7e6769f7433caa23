import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { BerthError } from "../../base/index.ts";
import { NAMESPACES, openKubeClient } from "../../kube-client/index.ts";
import { scaledTime } from "../../time/index.ts";
import { startApiServerThread } from "./api-server-thread.ts";
import type { LabApiServer } from "./lab-api-server.ts";

const dir = mkdtempSync(join(tmpdir(), "berth-api-thread-"));
afterAll(() => {
  rmSync(dir, { recursive: true });
});

const SPEED = 60;
const START_MS = Date.UTC(2031, 0, 1);

async function open(snapshotFile: string): Promise<{ api: LabApiServer; bugs: unknown[] }> {
  const bugs: unknown[] = [];
  const settings = {
    snapshotFile,
    addresses: ["172.20.0.1"],
    serviceAddress: "172.20.0.1",
    kubeletToken: "secret",
  };
  const time = scaledTime({ speed: SPEED, startMs: START_MS });
  const onBug = (error: unknown): void => void bugs.push(error);
  return {
    api: await startApiServerThread(settings, { time, speed: SPEED, seed: 1, onBug }),
    bugs,
  };
}

test("it serves as one in this thread would, at the lab's time, and writes its snapshot at the end", async () => {
  const snapshotFile = join(dir, "snapshot.json");
  const { api, bugs } = await open(snapshotFile);
  const token = await api.tokenFor("system:admin");
  const client = openKubeClient(
    { server: api.server, ca: api.ca, namespace: "default", credentials: async () => ({ token }) },
    { userAgent: "test" },
  );
  const made = await client.create(NAMESPACES, { metadata: { name: "web" } });
  client.close();
  const createdMs = Date.parse(made.metadata?.creationTimestamp ?? "");
  expect(createdMs).toBeGreaterThanOrEqual(START_MS);
  expect(createdMs).toBeLessThan(START_MS + 3_600_000);
  expect(api.kubeconfig).toContain(api.server);
  await api.close();
  expect(readFileSync(snapshotFile, "utf8")).toContain('"web"');
  await expect(api.tokenFor("system:admin")).rejects.toThrow(/thread of the API server has ended/);
  await api.close();
  expect(bugs).toEqual([]);
});

test("a snapshot that can't be used is refused in the same words as without a thread", async () => {
  const snapshotFile = join(dir, "broken.json");
  writeFileSync(snapshotFile, "{");
  const refusal = await open(snapshotFile).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(BerthError);
  expect(refusal).toMatchObject({
    code: "badSnapshot",
    fix: expect.stringContaining("Remove the file") as string,
  });
});

test("what keeps it from closing in good order is told, and the thread ends nevertheless", async () => {
  const snapshotFile = join(dir, "replaced.json");
  const { api } = await open(snapshotFile);
  mkdirSync(snapshotFile);
  await expect(api.close()).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
  await expect(api.tokenFor("system:admin")).rejects.toThrow(/thread of the API server has ended/);
});
