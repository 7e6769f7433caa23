import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listNetns } from "../../dataplane/index.ts";
import { cgroupAt } from "../host/cgroup.ts";
import { signalProcess } from "../host/process.ts";
import { LAB_KERNEL_MISSING } from "../testing/kernel.ts";
import { smallLab, temporaryDir } from "../testing/labs.ts";
import { type LabClient, openLabClient } from "./control-client.ts";
import { startDetached } from "./detached.ts";
import { StateDir } from "./state-dir.ts";
import type { LabStatus } from "./status.ts";
import { takeDown } from "./take-down.ts";

const NAME = `test-${process.pid}`;
const REST = `nodes:
  - { name: n-a, instanceType: t3.medium, subnet: a }
  - { name: n-b, instanceType: t3.medium, subnet: b }
agent: { env: { WARM_IP_TARGET: 1 } }
workloads:
  - { name: web, replicas: 3 }
  - { name: fixed, replicas: 1, node: n-b }`;

describe.skipIf(LAB_KERNEL_MISSING !== undefined)(
  `a whole lab (${LAB_KERNEL_MISSING ?? "on this kernel"})`,
  () => {
    const root = temporaryDir();
    const stateRoot = `${root.path}/labs`;
    const file = `${root.path}/lab.yaml`;
    const dir = new StateDir(stateRoot, NAME);
    const words: string[] = [];
    let status: LabStatus;
    let client: LabClient;

    function up(signal = new AbortController().signal): Promise<LabStatus> {
      return startDetached({
        berth: [process.execPath, "src/cli/main.ts"],
        file,
        name: NAME,
        stateRoot,
        env: { ...process.env, BERTH_LAB_STATE_DIR: stateRoot },
        signal,
        progress: (text) => words.push(text),
      });
    }

    beforeAll(async () => {
      writeFileSync(file, smallLab({ name: NAME, rest: REST }));
      status = await up();
      client = openLabClient(dir.controlSocket);
    });
    afterAll(async () => {
      await takeDown(dir);
      root.remove();
    });

    test("R-NET-1: pods run with addresses of their nodes' subnets", () => {
      const where = status.pods.map(
        ({ workload, node, phase }) => `${workload} ${node ?? "-"} ${phase}`,
      );
      expect(where).toHaveLength(4);
      expect(where[0]).toBe("fixed n-b Running");
      expect(new Set(where.slice(1))).toEqual(new Set(["web n-a Running", "web n-b Running"]));
      for (const { node, address } of status.pods) {
        expect(address).toMatch(node === "n-a" ? /^10\.0\.1\./ : /^10\.0\.2\./);
      }
      expect(status.nodes.map(({ name, ready, maxPods }) => ({ name, ready, maxPods }))).toEqual([
        { name: "n-a", ready: true, maxPods: 17 },
        { name: "n-b", ready: true, maxPods: 17 },
      ]);
    });

    test("R-NET-1: a pod on another node sees the pod's own address, the outside the gateway's", async () => {
      const from = status.pods.find(({ node }) => node === "n-a");
      const to = status.pods.find(({ node }) => node === "n-b");
      const name = from?.name ?? "";
      const exec = async (url: string): Promise<unknown> => {
        const command = ["wget", "-q", "-O", "-", url];
        const { stdout } = await client.exec({ namespace: "default", name, command });
        return JSON.parse(stdout.toString());
      };
      expect(await exec(`http://${to?.address ?? ""}:8080/`)).toEqual({
        pod: to?.name,
        you: from?.address,
      });
      expect(await exec("http://203.0.113.10/")).toEqual({ you: "198.51.100.1" });
    });

    test("workloads grow and shrink", async () => {
      await client.scale({ namespace: "default", name: "web", replicas: 1 });
      const pods = async (): Promise<string[]> =>
        (await client.status()).pods.map(({ workload, phase }) => `${workload} ${phase}`);
      await expect.poll(pods, { timeout: 40_000 }).toEqual(["fixed Running", "web Running"]);
      await client.scale({ namespace: "default", name: "web", replicas: 2 });
      const grown = ["fixed Running", "web Running", "web Running"];
      await expect.poll(pods, { timeout: 20_000 }).toEqual(grown);
    });

    test("an agent that dies is started again, and pods are served by the next", async () => {
      const agentOf = async () => (await client.status()).nodes[0]?.agent;
      const before = await agentOf();
      if (before?.pid === undefined) throw new Error("the agent runs");
      process.kill(before.pid, "SIGKILL");
      await expect.poll(agentOf, { timeout: 30_000 }).toMatchObject({
        restarts: 1,
        lastEnd: "signal SIGKILL",
        pid: expect.any(Number) as number,
      });
      await client.scale({ namespace: "default", name: "web", replicas: 5 });
      const running = async (): Promise<number> =>
        (await client.status()).pods.filter(({ phase }) => phase === "Running").length;
      await expect.poll(running, { timeout: 40_000 }).toBe(6);
    });

    test("an instance that anybody launches becomes a node, and ends with its instance", async () => {
      const subnet = status.nodes.find(({ name }) => name === "n-a")?.subnet;
      expect(subnet).toBe("a");
      const ec2 = async (query: string): Promise<string> =>
        (await fetch(`${status.endpoints.ec2}/?Version=2016-11-15&${query}`)).text();
      const subnets = await ec2("Action=DescribeSubnets&Filter.1.Name=tag:Name&Filter.1.Value.1=a");
      const subnetId = /<subnetId>(subnet-[0-9a-f]+)</.exec(subnets)?.[1] ?? "";
      const run = `Action=RunInstances&ImageId=ami-1&InstanceType=t3.small&MinCount=1&MaxCount=1&SubnetId=${subnetId}`;
      const id = /<instanceId>(i-[0-9a-f]+)</.exec(await ec2(run))?.[1] ?? "";
      const find = async () =>
        (await client.status()).nodes.find(({ instanceId }) => instanceId === id);
      await expect
        .poll(find, { timeout: 40_000 })
        .toMatchObject({ name: id, ready: true, maxPods: 11, instanceType: "t3.small" });
      const node = await find();
      await ec2(`Action=TerminateInstances&InstanceId.1=${id}`);
      await expect.poll(find).toBeUndefined();
      await expect.poll(() => existsSync(node?.netns ?? ""), { timeout: 20_000 }).toBe(false);
      await expect.poll(() => existsSync(node?.dir ?? "")).toBe(false);
    });

    test("after a crash the next lab starts on clean ground, and in the end nothing is left", async () => {
      const record = dir.read();
      if (record === undefined) throw new Error("the lab runs");
      signalProcess(record.process, "SIGKILL");
      const second = await up();
      expect(words.join("")).toContain(`Removing what an earlier lab ${NAME} has left.`);
      expect(second.pods.every(({ phase }) => phase === "Running")).toBe(true);
      await takeDown(dir);
      expect(listNetns().filter((name) => name.startsWith(`berth-${NAME}-`))).toEqual([]);
      expect(readFileSync("/proc/self/mountinfo", "utf8")).not.toContain(root.path);
      expect(cgroupAt(`/berth/${NAME}`).dirs.filter((path) => existsSync(path))).toEqual([]);
      expect(readdirSync(root.path)).toEqual(["lab.yaml"]);
      expect(spawnSync("pgrep", ["-f", root.path], { encoding: "utf8" }).stdout).toBe("");
    });

    test("a lab that can't start says so in its own words; one that is given up ends", async () => {
      writeFileSync(file, `${smallLab({ name: NAME, rest: REST })}\nregoin: x`);
      await expect(up()).rejects.toThrow(/ended while it was starting/);
      expect(words.join("")).toContain("has no key `regoin`");
      writeFileSync(file, smallLab({ name: NAME, rest: REST }));
      const giveUp = new AbortController();
      const starting = up(giveUp.signal);
      await expect.poll(() => existsSync(dir.path), { timeout: 20_000 }).toBe(true);
      giveUp.abort();
      await expect(starting).rejects.toMatchObject({
        code: "labStart",
        message: `Lab ${NAME} was interrupted while it was starting.`,
      });
      expect(existsSync(dir.path)).toBe(false);
    });
  },
);
