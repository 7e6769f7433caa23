import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { withNetns } from "../src/dataplane/index.ts";
import type { Plugin } from "./plugin-call.ts";

/** Pods that are all started, or all ended, at once. */
export interface Burst {
  readonly plugin: Plugin;
  readonly command: "ADD" | "DEL";
  readonly pods: readonly { readonly containerId: string; readonly netns: string }[];
  /** How soon a refused pod is tried again; undefined: a refusal is an error. */
  readonly againMs: number | undefined;
}

/** When each pod's call succeeded, in ms from the begin of the burst, in order of time. */
export async function runBurst({ plugin, command, pods, againMs }: Burst): Promise<number[]> {
  const startMs = performance.now();
  const done = pods.map(async (pod) => {
    for (;;) {
      const { status, said } = await call(plugin, { command, ...pod });
      if (status === 0) return performance.now() - startMs;
      if (againMs === undefined) throw new Error(`${plugin.program} ${command} failed: ${said}`);
      await sleep(againMs);
    }
  });
  return (await Promise.all(done)).sort((a, b) => a - b);
}

async function call(
  plugin: Plugin,
  pod: { readonly command: string; readonly containerId: string; readonly netns: string },
): Promise<{ status: number | null; said: string }> {
  const env = {
    PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
    CNI_COMMAND: pod.command,
    CNI_CONTAINERID: pod.containerId,
    CNI_NETNS: pod.netns,
    CNI_IFNAME: "eth0",
    CNI_PATH: "/usr/lib/cni",
    CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=bench;K8S_POD_NAME=${pod.containerId}`,
    ...plugin.env,
  };
  // A process begins in the namespace of the thread that starts it.
  const child = withNetns(plugin.hostNetns, () =>
    spawn(plugin.program, [], { env, stdio: ["pipe", "pipe", "inherit"] }),
  );
  child.stdin.end(JSON.stringify(plugin.config));
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return { status, said };
}
