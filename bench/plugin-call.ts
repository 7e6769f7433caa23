import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withNetns } from "../src/dataplane/index.ts";
import { runProgram } from "./run-program.ts";

/** A CNI plugin and what is the same for all its calls. */
export interface Plugin {
  readonly program: string;
  /** Path of the namespace that the plugin runs in: the node's. */
  readonly hostNetns: string;
  /** The network configuration, which goes to the plugin's standard input. */
  readonly config: object;
  readonly env: Readonly<Record<string, string>>;
}

/** One call of a plugin for one pod. */
export interface PluginCall {
  readonly command: "ADD" | "DEL";
  readonly containerId: string;
  /** Path of the pod's network namespace. */
  readonly netns: string;
}

/** Calls a plugin, which must succeed, and returns how long that took in ms. */
export type TimedCall = (call: PluginCall) => number;

/** Gives `use` a way to call the plugin as a container runtime does, and removes its files afterwards. */
export function withPlugin<T>(plugin: Plugin, use: (call: TimedCall) => T): T {
  const directory = mkdtempSync(join(tmpdir(), "berth-bench-"));
  const stdinFile = join(directory, "config.json");
  const stdoutFile = join(directory, "result.json");
  writeFileSync(stdinFile, JSON.stringify(plugin.config));
  try {
    return use(({ command, containerId, netns }) => {
      const env = {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
        CNI_COMMAND: command,
        CNI_CONTAINERID: containerId,
        CNI_NETNS: netns,
        CNI_IFNAME: "eth0",
        CNI_PATH: "/usr/lib/cni",
        CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=bench;K8S_POD_NAME=${containerId}`,
        ...plugin.env,
      };
      const run = { program: plugin.program, env, stdinFile, stdoutFile };
      const { tookMs, status } = withNetns(plugin.hostNetns, () => runProgram(run));
      if (status === 0) return tookMs;
      const said = readFileSync(stdoutFile, "utf8");
      throw new Error(`${plugin.program} ${command} exited with ${status}: ${said}`);
    });
  } finally {
    rmSync(directory, { recursive: true });
  }
}
