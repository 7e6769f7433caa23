import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { LAB_KERNEL_MISSING, TestNamespaces } from "../testing/kernel.ts";
import { temporaryDir } from "../testing/labs.ts";
import { cgroupAt, cgroupProcesses, joinCgroup, removeCgroup } from "./cgroup.ts";
import { readMounts, unmountBelow } from "./mounts.ts";
import { currentProcess, isRunning, killAll, signalProcess, startProgram } from "./process.ts";

describe.skipIf(LAB_KERNEL_MISSING !== undefined)(
  `processes, cgroups and mounts (${LAB_KERNEL_MISSING ?? "on this kernel"})`,
  () => {
    const dir = temporaryDir();
    const namespaces = new TestNamespaces();
    const netns = LAB_KERNEL_MISSING === undefined ? namespaces.make("host") : "";
    const cgroup = cgroupAt(`/berth-test/${process.pid}`);
    afterAll(async () => {
      await killAll(() => cgroupProcesses(cgroup));
      await removeCgroup(cgroup);
      namespaces.removeAll();
      dir.remove();
    });

    function start(command: string, args: readonly string[]) {
      const logFile = `${dir.path}/log`;
      return startProgram({
        command,
        args,
        env: { PATH: "/usr/bin:/bin" },
        logFile,
        cgroup,
        netns,
      });
    }

    test("a program runs in its namespace and cgroup, writes to its log, and is known by its start", async () => {
      const { id, ended } = await start("sh", ["-c", "readlink /proc/self/ns/net; exec sleep 60"]);
      const log = (): string => readFileSync(`${dir.path}/log`, "utf8");
      await expect.poll(log).toMatch(/^net:\[\d+\]\n/);
      expect(isRunning(id)).toBe(true);
      expect(cgroupProcesses(cgroup)).toContain(id.pid);
      // The same number with another start is another process.
      expect(isRunning({ pid: id.pid, startTicks: id.startTicks + 1 })).toBe(false);
      expect(signalProcess({ pid: id.pid, startTicks: id.startTicks + 1 }, "SIGTERM")).toBe(false);
      expect(signalProcess(id, "SIGTERM")).toBe(true);
      expect(await ended).toBe("signal SIGTERM");
      expect(isRunning(id)).toBe(false);
      expect(signalProcess(id, "SIGTERM")).toBe(false);
      const own = execFileSync("readlink", ["/proc/self/ns/net"], { encoding: "utf8" });
      expect(log()).not.toContain(own);
    });

    test("how a program ends is told; one that can't be started is an error", async () => {
      const { ended } = await start("sh", ["-c", "exit 3"]);
      expect(await ended).toBe("exit code 3");
      const env = { PATH: "/nowhere" };
      const spec = { command: "sh", args: [], env, logFile: `${dir.path}/log`, cgroup, netns };
      await expect(startProgram(spec)).rejects.toMatchObject({ code: "labStart" });
    });

    test("a program is found in its cgroup although its parent was killed as soon as it had begun", async () => {
      const spec = {
        command: "sleep",
        args: ["20"],
        env: { PATH: "/usr/bin:/bin" },
        logFile: `${dir.path}/log`,
        cgroup: cgroupAt(`${cgroup.path}/orphan`),
        netns,
      };
      const script = `
        import { startProgram } from ${JSON.stringify(`${import.meta.dirname}/process.ts`)};
        void startProgram(${JSON.stringify(spec)});
        process.kill(process.pid, "SIGKILL");
      `;
      const args = ["--input-type=module", "--eval", script];
      const { signal } = spawnSync(process.execPath, args);
      expect(signal).toBe("SIGKILL");
      await expect.poll(() => cgroupProcesses(spec.cgroup).size).toBe(1);
    });

    test("all processes of a cgroup are ended, orphans too, and then it can be removed", async () => {
      const inner = cgroupAt(`${cgroup.path}/inner`);
      const { id } = await start("sh", ["-c", "sleep 60 & sleep 60 & wait"]);
      joinCgroup(inner, id.pid);
      expect(cgroupProcesses(cgroup).size).toBeGreaterThan(0);
      await killAll(() => cgroupProcesses(cgroup));
      expect(cgroupProcesses(cgroup).size).toBe(0);
      expect(await removeCgroup(cgroup)).toBe(true);
      expect(cgroup.dirs.some((path) => existsSync(path))).toBe(false);
      expect(await removeCgroup(cgroup)).toBe(true);
    });

    test("another user's clean-up of the same name leaves them alone, and has nothing to wait for", async () => {
      const { id } = await start("sleep", ["60"]);
      const script = `
        import { cgroupAt, cgroupProcesses, removeCgroup } from ${JSON.stringify(`${import.meta.dirname}/cgroup.ts`)};
        const cgroup = cgroupAt(${JSON.stringify(cgroup.path)});
        const pids = [...cgroupProcesses(cgroup)];
        console.log(JSON.stringify({ pids, gone: await removeCgroup(cgroup) }));
      `;
      const args = ["--input-type=module", "--eval", script];
      const { stdout } = spawnSync(process.execPath, args, { uid: 65_534, encoding: "utf8" });
      expect(JSON.parse(stdout)).toEqual({ pids: [], gone: true });
      expect(isRunning(id)).toBe(true);
    });

    test("this process is never ended with the others", async () => {
      await killAll(() => [process.pid]);
      expect(isRunning(currentProcess())).toBe(true);
    });

    test("mounts below a directory go, one on another too; those beside it stay", () => {
      const inside = `${dir.path}/in side`;
      const beside = `${dir.path}/in side too`;
      for (const path of [inside, beside]) {
        mkdirSync(path);
        execFileSync("mount", ["-t", "tmpfs", "berth-test", path]);
      }
      mkdirSync(`${inside}/deep`);
      execFileSync("mount", ["-t", "tmpfs", "berth-test", `${inside}/deep`]);
      const below = (): string[] =>
        readMounts()
          .map(({ path }) => path)
          .filter((path) => path.startsWith(dir.path));
      expect(below()).toEqual([inside, beside, `${inside}/deep`]);
      unmountBelow(inside);
      expect(below()).toEqual([beside]);
      unmountBelow(dir.path);
      unmountBelow(dir.path);
      expect(below()).toEqual([]);
    });
  },
);
