import { existsSync, rmSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createNetns, deleteNetns, listNetns } from "../../dataplane/index.ts";
import { readLabConfig } from "../config.ts";
import { LAB_KERNEL_MISSING } from "../testing/kernel.ts";
import { smallLab, temporaryDir } from "../testing/labs.ts";
import { openLabClient } from "./control-client.ts";
import { runLab } from "./run-lab.ts";
import { StateDir } from "./state-dir.ts";
import type { LabStatus } from "./status.ts";

const NAME = `test-own-${process.pid}`;
const NODE = "nodes: [{ name: n, instanceType: t3.medium, subnet: a, maxPods: 4 }]";

describe.skipIf(LAB_KERNEL_MISSING !== undefined)(
  `a lab in this process (${LAB_KERNEL_MISSING ?? "on this kernel"})`,
  () => {
    let root: ReturnType<typeof temporaryDir>;
    beforeEach(() => {
      root = temporaryDir();
    });
    afterEach(() => {
      root.remove();
    });

    /** Runs a lab; `agent` are the words that are called in place of Berth. */
    function run(rest: string, agent: readonly [string, ...string[]]) {
      const file = `${root.path}/lab.yaml`;
      writeFileSync(file, smallLab({ name: NAME, rest }));
      const config = readLabConfig(
        { PATH: process.env["PATH"], BERTH_LAB_STATE_DIR: `${root.path}/labs` },
        { uid: 0 },
      );
      const stop = new AbortController();
      const { promise: up, resolve } = Promise.withResolvers<LabStatus>();
      const ended = runLab({
        file,
        config,
        machine: { platform: "linux", uid: 0 },
        berth: agent,
        sources: [process.cwd()],
        openAgents: () => Promise.reject(new Error("this lab is not simulated")),
        relay: `${process.cwd()}/build/cni-relay`,
        compileCache: `${root.path}/compiled`,
        signal: stop.signal,
        progress: () => undefined,
        ready: resolve,
      });
      return { up, ended, stop: () => stop.abort(), dir: new StateDir(config.stateRoot, NAME) };
    }

    function remains(): string[] {
      const namespaces = listNetns().filter((name) => name.startsWith(`berth-${NAME}-`));
      return existsSync(`${root.path}/labs`) ? [...namespaces, "files"] : namespaces;
    }

    test("R-IP-2: what fits runs, what doesn't is told why; a killed agent comes back", async () => {
      const workloads = "workloads: [{ name: web, replicas: 3 }]";
      const lab = run(`${NODE}\n${workloads}`, [
        process.execPath,
        `${process.cwd()}/src/cli/main.ts`,
      ]);
      const status = await Promise.race([lab.up, lab.ended.then(() => undefined)]);
      expect(status?.pods.map(({ phase, message }) => message ?? phase).sort()).toEqual([
        expect.stringMatching(/^0\/1 nodes are available: 1 Too many pods\./),
        "Running",
        "Running",
      ]);
      expect(status?.nodes[0]).toMatchObject({ zone: "us-east-1a", ready: true, subnet: "a" });
      const client = openLabClient(lab.dir.controlSocket);
      const command = ["wget", "-q", "-O", "-", "http://203.0.113.10"];
      const said = await client.exec({ namespace: "default", name: "web", command });
      expect(said.stdout.toString()).toBe('{"you":"198.51.100.1"}\n');
      const pid = status?.nodes[0]?.agent.pid;
      if (pid === undefined) throw new Error("the agent runs");
      process.kill(pid, "SIGKILL");
      const restarts = async () => (await client.status()).nodes[0]?.agent;
      await expect.poll(restarts, { timeout: 30_000 }).toMatchObject({
        restarts: 1,
        lastEnd: "signal SIGKILL",
        pid: expect.any(Number) as number,
      });
      lab.stop();
      await lab.ended;
      expect(remains()).toEqual([]);
    });

    test("an agent that ends again and again ends the lab, with its own last words", async () => {
      const lab = run(NODE, ["sh", "-c", "echo no berth for me; exit 7"]);
      await expect(lab.ended).rejects.toMatchObject({
        code: "labStart",
        message: "The agent of node n did not become ready. It ended with exit code 7.",
        fix: "Its last words: no berth for me",
      });
      expect(remains()).toEqual([]);
    });

    test("a terminated instance takes its machine along; a lab without its directory still ends cleanly", async () => {
      const lab = run(NODE, [process.execPath, `${process.cwd()}/src/cli/main.ts`]);
      const status = await lab.up;
      const [node] = status.nodes;
      expect(node?.ready).toBe(true);
      const query = `Action=TerminateInstances&Version=2016-11-15&InstanceId.1=${node?.instanceId ?? ""}`;
      expect((await fetch(`${status.endpoints.ec2}/?${query}`)).status).toBe(200);
      const client = openLabClient(lab.dir.controlSocket);
      const nodes = async () => (await client.status()).nodes;
      await expect.poll(nodes).toEqual([]);
      await expect.poll(() => existsSync(node?.netns ?? ""), { timeout: 20_000 }).toBe(false);
      // Its directory goes last, when nothing is mounted there any more.
      await expect.poll(() => existsSync(node?.dir ?? ""), { timeout: 20_000 }).toBe(false);
      rmSync(lab.dir.path, { recursive: true });
      lab.stop();
      await lab.ended;
      expect(remains()).toEqual([]);
    });

    test("namespaces of a lab of the same name elsewhere are left alone", async () => {
      const name = `berth-${NAME}-n`;
      createNetns(name);
      try {
        await expect(run(NODE, ["sleep", "60"]).ended).rejects.toMatchObject({
          code: "labRunning",
          message: expect.stringContaining(name) as string,
        });
        expect(remains()).toEqual([name]);
      } finally {
        deleteNetns(name);
      }
    });

    test("to be ended while it starts is no failure", async () => {
      const lab = run(NODE, ["sleep", "60"]);
      await expect.poll(() => existsSync(lab.dir.controlSocket), { timeout: 20_000 }).toBe(true);
      lab.stop();
      await lab.ended;
      expect(remains()).toEqual([]);
    });
  },
);
