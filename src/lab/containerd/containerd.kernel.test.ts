import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanUp } from "../control/cleanup.ts";
import { StateDir } from "../control/state-dir.ts";
import { currentProcess } from "../host/process.ts";
import { readBusybox } from "../image/busybox.ts";
import { ECHO_IMAGE, labImages, PAUSE_IMAGE } from "../image/lab-images.ts";
import { LAB_KERNEL_MISSING, TestNamespaces } from "../testing/kernel.ts";
import { temporaryDir } from "../testing/labs.ts";
import { containerdPaths } from "./config-file.ts";
import { type Containerd, startContainerd } from "./containerd.ts";
import { openCriTransport } from "./cri-transport.ts";

/** A CNI plugin that gives every pod the same address on its loopback, or fails while a file says so. */
function pluginText(refusal: string): string {
  const inside = "busybox nsenter --net=$CNI_NETNS busybox ip";
  return `#!/bin/busybox sh
[ "$CNI_COMMAND" = VERSION ] && echo '{"cniVersion":"1.0.0","supportedVersions":["1.0.0"]}' && exit
[ "$CNI_COMMAND" = ADD ] || exit 0
if [ -e ${refusal} ]; then
  echo '{"cniVersion":"1.0.0","code":11,"msg":"no berth is free"}'
  exit 1
fi
${inside} addr add 10.99.0.7/32 dev lo
echo '{"cniVersion":"1.0.0","interfaces":[{"name":"eth0","sandbox":"'$CNI_NETNS'"}],"ips":[{"interface":0,"address":"10.99.0.7/32"}]}'
`;
}

describe.skipIf(LAB_KERNEL_MISSING !== undefined)(
  `a node's containerd (${LAB_KERNEL_MISSING ?? "on this kernel"})`,
  () => {
    const root = temporaryDir();
    const namespaces = new TestNamespaces();
    const dir = new StateDir(root.path, `test-${process.pid}`);
    const paths = containerdPaths(dir.nodeDir("n"));
    const refusal = `${root.path}/refuse`;
    let containerd: Containerd;

    beforeAll(async () => {
      dir.claim({ name: dir.name, process: currentProcess(), file: "lab.yaml" });
      mkdirSync(dir.nodeDir("n"), { recursive: true });
      writeFileSync(dir.imageArchive, labImages(readBusybox(), []));
      const plugin = `${dir.path}/plugin`;
      writeFileSync(plugin, pluginText(refusal), { mode: 0o755 });
      containerd = await startContainerd({
        paths,
        netns: namespaces.make("containerd"),
        cgroup: dir.cgroup,
        imageArchives: [dir.imageArchive],
        images: [PAUSE_IMAGE, ECHO_IMAGE],
        plugins: { fixed: plugin },
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      });
    });
    afterAll(async () => {
      containerd.close();
      await cleanUp(dir);
      namespaces.removeAll();
      root.remove();
    });

    function spec(attempt: number) {
      return {
        namespace: "default",
        name: "web-1",
        uid: "uid-1",
        attempt,
        cgroupParent: `${dir.cgroup.path}/pods`,
        logDir: `${dir.path}/pods/web-1`,
      };
    }

    test("it has the images, and no network before there is a CNI configuration", async () => {
      const { cri } = containerd;
      expect(await cri.ready()).toBe(true);
      expect(await cri.hasImage(ECHO_IMAGE)).toBe(true);
      expect(await cri.hasImage("berth.local/other:1")).toBe(false);
      expect(await cri.networkReady()).toBe(false);
      writeFileSync(
        `${paths.cniConfDir}/10-fixed.conflist`,
        JSON.stringify({ cniVersion: "1.0.0", name: "fixed", plugins: [{ type: "fixed" }] }),
      );
      await expect.poll(() => cri.networkReady()).toBe(true);
    });

    test("a refusal of the CNI plugin comes through in its own words", async () => {
      writeFileSync(refusal, "");
      await expect(containerd.cri.runSandbox(spec(0))).rejects.toMatchObject({
        code: "cri",
        message: expect.stringContaining("no berth is free") as string,
      });
      unlinkSync(refusal);
    });

    test("a pod lives: sandbox, address, container, command, log, end", async () => {
      const { cri } = containerd;
      const sandbox = spec(1);
      const { sandboxId } = await cri.runSandbox(sandbox);
      expect(await cri.sandboxAddress(sandboxId)).toBe("10.99.0.7");
      const container = { sandboxId, sandbox, name: "main", image: ECHO_IMAGE };
      const { containerId } = await cri.startContainer(container);
      expect(await cri.runningContainers(sandboxId)).toEqual([{ id: containerId, name: "main" }]);
      expect(await cri.listSandboxes()).toEqual([
        {
          id: sandboxId,
          namespace: "default",
          name: "web-1",
          uid: "uid-1",
          attempt: 1,
          ready: true,
        },
      ]);
      await expect
        .poll(async () => {
          const command = ["wget", "-q", "-O", "-", "http://10.99.0.7:8080/"];
          return (await cri.exec(containerId, command)).stdout.toString();
        })
        .toBe('{"pod":"web-1","you":"10.99.0.7"}\n');
      const failed = await cri.exec(containerId, ["sh", "-c", "echo oh >&2; exit 3"]);
      expect([failed.exitCode, failed.stderr.toString()]).toEqual([3, "oh\n"]);
      await cri.stopContainer(containerId, 30);
      expect(await cri.runningContainers(sandboxId)).toEqual([]);
      expect(readFileSync(`${sandbox.logDir}/main.log`, "utf8")).toBe("");
      await cri.stopSandbox(sandboxId);
      await cri.stopSandbox(sandboxId);
      await cri.removeSandbox(sandboxId);
      expect(await cri.listSandboxes()).toEqual([]);
    });

    test("a method that isn't in our part of the interface is a bug", async () => {
      const transport = openCriTransport(paths.socket);
      expect(() => transport.call("UpdateRuntimeConfig", {}, 1000)).toThrow(RangeError);
      transport.close();
    });

    test("one that can't start says why, with the words of its log", async () => {
      const broken = new StateDir(root.path, `test-${process.pid}-broken`);
      broken.claim({ name: broken.name, process: currentProcess(), file: "lab.yaml" });
      mkdirSync(broken.nodeDir("n"), { recursive: true });
      const starting = startContainerd({
        // Its socket would lie in a directory that isn't there and can't be made.
        paths: { ...containerdPaths(broken.nodeDir("n")), socket: "/proc/nowhere/containerd.sock" },
        netns: namespaces.make("broken"),
        cgroup: broken.cgroup,
        imageArchives: [dir.imageArchive],
        images: [PAUSE_IMAGE],
        plugins: {},
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
      });
      await expect(starting).rejects.toMatchObject({
        code: "labStart",
        message: expect.stringContaining("it ended with exit code 1") as string,
        fix: expect.stringContaining("/proc/nowhere") as string,
      });
      await cleanUp(broken);
    });
  },
);
