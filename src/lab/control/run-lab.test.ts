import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openAgentFleet } from "../../agent/index.ts";
import { readLabConfig } from "../config.ts";
import { currentProcess } from "../host/process.ts";
import { smallLab, temporaryDir } from "../testing/labs.ts";
import { openLabClient } from "./control-client.ts";
import { chooseLab, connectLab } from "./find-lab.ts";
import { type Machine, runLab } from "./run-lab.ts";
import { StateDir } from "./state-dir.ts";
import type { LabStatus } from "./status.ts";
import { takeDown } from "./take-down.ts";

const NODES = "nodes: [{ name: n, instanceType: m5.large, subnet: a }]";
const PLAIN: Machine = { platform: "linux", uid: 1000 };

let dir: ReturnType<typeof temporaryDir>;
beforeEach(() => {
  dir = temporaryDir();
});
afterEach(() => {
  dir.remove();
});

interface Started {
  readonly status: LabStatus;
  readonly progress: readonly string[];
  readonly stop: () => void;
  readonly ended: Promise<void>;
}

/** Runs a lab in this process, as a user without root would get it: with simulated nodes. */
async function start({
  name = "t",
  machine = PLAIN,
  relay = "",
  below = "berth",
} = {}): Promise<Started> {
  const file = `${dir.path}/${name}.yaml`;
  writeFileSync(file, smallLab({ name, rest: NODES }));
  const stop = new AbortController();
  const progress: string[] = [];
  const { promise, resolve: ready } = Promise.withResolvers<LabStatus>();
  const ended = runLab({
    file,
    machine,
    relay,
    sources: [],
    berth: ["false"],
    compileCache: `${dir.path}/compiled`,
    config: { stateRoot: `${dir.path}/${below}/labs`, path: "" },
    signal: stop.signal,
    openAgents: openAgentFleet,
    progress: (line) => progress.push(line),
    ready,
  });
  const failed = ended.then(() => {
    throw new Error("the lab ended before it was up");
  });
  const status = await Promise.race([promise, failed]);
  return { status, progress, ended, stop: () => stop.abort() };
}

const stateRoot = (): string => `${dir.path}/berth/labs`;

test("without root: simulated nodes, and the reader is told why", async () => {
  const { status, progress, ended, stop } = await start();
  expect(progress).toEqual([
    "Network namespaces need root, so the nodes of this lab are simulated: the same APIs, without containers.",
    "Starting lab t: 4 subnets, 1 simulated node, 0 pods.",
  ]);
  expect(status).toMatchObject({ mode: "simulated", state: "running", namespaces: {} });
  expect(status.nodes).toMatchObject([{ name: "n", ready: true, agent: { restarts: 0 } }]);
  const query = "?Action=DescribeInstances&Version=2016-11-15";
  const xml = await (await fetch(`${status.endpoints.ec2}/${query}`)).text();
  expect(xml).toContain("<instanceType>m5.large</instanceType>");
  stop();
  await ended;
  expect(progress.at(-1)).toBe("Removing lab t.");
  expect(existsSync(`${dir.path}/berth`)).toBe(false);
});

test("on another system the reason is another", async () => {
  const { progress, ended, stop } = await start({ machine: { platform: "darwin", uid: 0 } });
  expect(progress[0]).toMatch(/^Network namespaces need Linux/);
  stop();
  await ended;
});

test("with root, but without the CNI plugin, nothing begins", async () => {
  const machine = { platform: "linux", uid: 0 };
  await expect(start({ machine, relay: `${dir.path}/no-relay` })).rejects.toMatchObject({
    code: "labStart",
    fix: "Run `npm run setup`, which compiles it.",
  });
  expect(existsSync(stateRoot())).toBe(false);
});

test("a second lab of the same name is refused; the first is asked for its state and its end", async () => {
  const { ended } = await start();
  await expect(start()).rejects.toMatchObject({ code: "labRunning" });
  const client = connectLab({ stateRoot: stateRoot(), name: undefined });
  expect(await client.status()).toMatchObject({ name: "t", pid: process.pid });
  await expect(
    client.scale({ namespace: "default", name: "web", replicas: 1 }),
  ).rejects.toMatchObject({
    code: "unknownWorkload",
    fix: "There are: none.",
  });
  const command = ["id"];
  await expect(client.exec({ namespace: "default", name: "web-1", command })).rejects.toMatchObject(
    {
      code: "unknownPod",
    },
  );
  await expect(client.exec({ namespace: "default", name: "x", command: [] })).rejects.toMatchObject(
    {
      code: "labRequest",
    },
  );
  await client.down();
  await ended;
  expect(existsSync(stateRoot())).toBe(false);
});

test("what a crashed lab has left is removed by the next, and by `lab down`", async () => {
  const crashed = new StateDir(stateRoot(), "t");
  const gone = { ...currentProcess(), startTicks: 1 };
  crashed.claim({ name: "t", process: gone, file: "t.yaml" });
  mkdirSync(crashed.nodeDir("n"), { recursive: true });
  crashed.rememberNetns("berth-test-no-such-namespace");
  expect(crashed.rememberedNetns()).toEqual(["berth-test-no-such-namespace"]);
  expect(() => connectLab({ stateRoot: stateRoot(), name: "t" })).toThrow(
    /ended without cleaning up/,
  );
  const { progress, ended, stop } = await start();
  expect(progress).toContain("Removing what an earlier lab t has left.");
  stop();
  await ended;
  crashed.claim({ name: "t", process: gone, file: "t.yaml" });
  await takeDown(crashed);
  await takeDown(crashed);
  expect(readdirSync(dir.path)).toEqual(["t.yaml"]);
});

test("a record that can't be understood is the remains of a crash", async () => {
  const broken = new StateDir(stateRoot(), "t");
  mkdirSync(broken.path, { recursive: true });
  writeFileSync(`${broken.path}/lab.json`, '{ "name": "t"');
  expect(() => connectLab({ stateRoot: stateRoot(), name: "t" })).toThrow(
    /ended without cleaning up/,
  );
  const { progress, ended, stop } = await start();
  expect(progress).toContain("Removing what an earlier lab t has left.");
  stop();
  await ended;
});

test("a directory that can't be used is named, with the reason", () => {
  writeFileSync(`${dir.path}/file`, "");
  const record = { name: "t", process: currentProcess(), file: "t.yaml" };
  const claim = (root: string) => () => {
    new StateDir(root, "t").claim(record);
  };
  expect(claim(`${dir.path}/file`)).toThrow(expect.objectContaining({ code: "labState" }));
  claim(dir.path)();
  expect(claim(dir.path)).toThrow(expect.objectContaining({ code: "labRunning" }));
  mkdirSync(`${dir.path}/other/lab.json`, { recursive: true });
  expect(() => new StateDir(dir.path, "other").read()).toThrow(
    expect.objectContaining({ code: "labState" }),
  );
});

test.skipIf(process.platform !== "linux")(
  "a directory below /proc is refused, not tried for ever",
  () => {
    const record = { name: "t", process: currentProcess(), file: "t.yaml" };
    const claim = () => {
      new StateDir("/proc/self/berth/labs", "t").claim(record);
    };
    expect(claim).toThrow(expect.objectContaining({ code: "labState" }));
  },
);

test("a directory too deep for sockets is refused", async () => {
  await expect(start({ below: "x".repeat(90) })).rejects.toMatchObject({
    code: "labState",
    message: expect.stringContaining("control.sock is longer than") as string,
  });
});

test("choosing among labs", () => {
  const choose = (name?: string) => () => chooseLab({ stateRoot: stateRoot(), name });
  expect(choose()).toThrow(expect.objectContaining({ fix: "Start one with `berth lab up`." }));
  const record = { process: { pid: 1, startTicks: 1 }, file: "x" };
  for (const name of ["one", "two"]) new StateDir(stateRoot(), name).claim({ name, ...record });
  expect(choose()).toThrow("There are 2 labs: one, two.");
  expect(choose("two")().name).toBe("two");
  expect(choose("tow")).toThrow(expect.objectContaining({ fix: "Did you mean two?" }));
  expect(choose("qqqqqqqq")).toThrow(
    expect.objectContaining({ fix: "Start one with `berth lab up`." }),
  );
});

test("a lab that does not answer", async () => {
  const client = openLabClient(`${dir.path}/no.sock`);
  await expect(client.status()).rejects.toMatchObject({ code: "labGone" });
});

test("a lab that hangs is not waited for", async () => {
  const server = createServer();
  server.listen(`${dir.path}/hangs.sock`);
  await once(server, "listening");
  const client = openLabClient(`${dir.path}/hangs.sock`, 10);
  await expect(client.down()).rejects.toMatchObject({ code: "labGone" });
  server.close();
});

test.each([
  { name: "root", env: {}, uid: 0, want: "/run/berth/labs" },
  { name: "a user", env: {}, uid: 7, want: "/tmp/berth-7/labs" },
  {
    name: "a session",
    env: { XDG_RUNTIME_DIR: "/run/user/7" },
    uid: 7,
    want: "/run/user/7/berth-7/labs",
  },
  { name: "told nothing", env: { BERTH_LAB_STATE_DIR: "" }, uid: 0, want: "/run/berth/labs" },
  { name: "told relatively", env: { BERTH_LAB_STATE_DIR: "x" }, uid: 0, want: resolve("x") },
  { name: "told", env: { BERTH_LAB_STATE_DIR: "/x", PATH: "/bin" }, uid: 0, want: "/x" },
])("where state is kept: $name", ({ env, uid, want }) => {
  const config = readLabConfig(env, { uid });
  expect(config.stateRoot).toBe(want);
  expect(config.path).toContain("/usr/sbin");
});
