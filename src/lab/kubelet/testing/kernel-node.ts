import { mkdirSync, writeFileSync } from "node:fs";
import { containerdPaths } from "../../containerd/config-file.ts";
import { startContainerd } from "../../containerd/containerd.ts";
import { cleanUp } from "../../control/cleanup.ts";
import { StateDir } from "../../control/state-dir.ts";
import { currentProcess } from "../../host/process.ts";
import { readBusybox } from "../../image/busybox.ts";
import { ECHO_IMAGE, labImages, PAUSE_IMAGE } from "../../image/lab-images.ts";
import { TestNamespaces } from "../../testing/kernel.ts";
import { temporaryDir } from "../../testing/labs.ts";

/** Gives every pod the address 10.99.0.7 on its loopback; fails while there is a file `refuse` beside it. */
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

/** For tests: a namespace with a containerd and a CNI plugin, and where its things are. */
export interface KernelNode {
  readonly netns: string;
  readonly socket: string;
  readonly cgroupParent: string;
  /** For the kubelet's files. */
  readonly dir: string;
  /** Exists while the plugin is to refuse. */
  readonly refusal: string;
  /** Makes the network ready. */
  configureNetwork(): void;
  /** Kills containerd, which comes back; pods run on. */
  killContainerd(): Promise<void>;
  remove(): Promise<void>;
}

/** Starts one. */
export async function startKernelNode(): Promise<KernelNode> {
  const root = temporaryDir();
  const namespaces = new TestNamespaces();
  const dir = new StateDir(root.path, `kubelet-${process.pid}`);
  dir.claim({ name: dir.name, process: currentProcess(), file: "lab.yaml" });
  const nodeDir = dir.nodeDir("n");
  mkdirSync(nodeDir, { recursive: true });
  writeFileSync(dir.imageArchive, labImages(readBusybox(), []));
  const refusal = `${root.path}/refuse`;
  const plugin = `${dir.path}/plugin`;
  writeFileSync(plugin, pluginText(refusal), { mode: 0o755 });
  const paths = containerdPaths(nodeDir);
  const netns = namespaces.make("kubelet");
  const containerd = await startContainerd({
    paths,
    netns,
    cgroup: dir.cgroup,
    imageArchives: [dir.imageArchive],
    images: [PAUSE_IMAGE, ECHO_IMAGE],
    plugins: { fixed: plugin },
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
  });
  return {
    netns,
    socket: paths.socket,
    cgroupParent: `${dir.cgroup.path}/pods`,
    dir: nodeDir,
    refusal,
    configureNetwork() {
      const conflist = { cniVersion: "1.0.0", name: "fixed", plugins: [{ type: "fixed" }] };
      writeFileSync(`${paths.cniConfDir}/10-fixed.conflist`, JSON.stringify(conflist));
    },
    async killContainerd() {
      process.kill(containerd.program.id.pid, "SIGKILL");
      await containerd.program.ended;
    },
    async remove() {
      containerd.close();
      await cleanUp(dir);
      namespaces.removeAll();
      root.remove();
    },
  };
}
