import { spawnSync } from "node:child_process";
import { withNetns } from "../src/dataplane/index.ts";

/** One call of a CNI plugin, as a container runtime makes it. */
export interface PluginCall {
  readonly program: string;
  readonly command: "ADD" | "DEL";
  readonly containerId: string;
  /** Path of the pod's network namespace. */
  readonly netns: string;
  /** Path of the namespace that the plugin runs in: the node's. */
  readonly hostNetns: string;
  /** The network configuration, which goes to the plugin's standard input. */
  readonly config: object;
  readonly env: Readonly<Record<string, string>>;
}

/** How long the call took, from before the start of the program to after its end, and what it printed. */
export interface PluginReply {
  readonly tookMs: number;
  readonly status: number | null;
  readonly stdout: string;
}

/** Runs the plugin and waits for it. */
export function callPlugin(call: PluginCall): PluginReply {
  const env = {
    ...call.env,
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    CNI_COMMAND: call.command,
    CNI_CONTAINERID: call.containerId,
    CNI_NETNS: call.netns,
    CNI_IFNAME: "eth0",
    CNI_PATH: "/usr/lib/cni",
  };
  const input = JSON.stringify(call.config);
  return withNetns(call.hostNetns, () => {
    const startMs = performance.now();
    const { status, stdout, error } = spawnSync(call.program, [], { env, input, encoding: "utf8" });
    const tookMs = performance.now() - startMs;
    if (error !== undefined) throw error;
    return { tookMs, status, stdout };
  });
}

/** A plugin call that must succeed. Returns how long it took. */
export function timePlugin(call: PluginCall): number {
  const { tookMs, status, stdout } = callPlugin(call);
  if (status !== 0)
    throw new Error(`${call.program} ${call.command} exited with ${status}: ${stdout}`);
  return tookMs;
}
