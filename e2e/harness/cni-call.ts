import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const RELAY = fileURLToPath(new URL("../../build/cni-relay", import.meta.url));

/** One execution of the CNI plugin, as a container runtime does it. */
export interface CniCall {
  readonly command: "ADD" | "DEL" | "CHECK";
  /** The agent's socket. */
  readonly socket: string;
  readonly containerId: string;
  /** Path of the pod's network namespace. */
  readonly netns: string;
  readonly pod: string;
  /** The result of ADD, for DEL and CHECK. */
  readonly prevResult?: unknown;
}

/** What the plugin printed and how it ended. */
export interface CniEnd {
  readonly status: number;
  readonly reply: unknown;
}

/** Runs the relay with the environment and standard input that the CNI specification names. */
export async function callPlugin(call: CniCall): Promise<CniEnd> {
  const child = spawn(RELAY, [], {
    env: {
      BERTH_CNI_SOCKET: call.socket,
      CNI_COMMAND: call.command,
      CNI_CONTAINERID: call.containerId,
      CNI_NETNS: call.netns,
      CNI_IFNAME: "eth0",
      CNI_PATH: "/opt/cni/bin",
      CNI_ARGS: `IgnoreUnknown=1;K8S_POD_NAMESPACE=burst;K8S_POD_NAME=${call.pod};K8S_POD_INFRA_CONTAINER_ID=${call.containerId}`,
    },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { prevResult } = call;
  const config = { cniVersion: "1.0.0", name: "berth", type: "berth-cni", mtu: "9001" };
  child.stdin.end(JSON.stringify(prevResult === undefined ? config : { ...config, prevResult }));
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      resolve({ status: status ?? 255, reply: stdout === "" ? undefined : JSON.parse(stdout) });
    });
  });
}
