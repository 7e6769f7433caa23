import { existsSync, readFileSync } from "node:fs";
import type { ContainerStatus, Node, Pod } from "kubernetes-types/core/v1";
import { formatIpv4 } from "../../net/index.ts";
import type { MachineStatus } from "../nodes/machines.ts";

/** What `lab status` says about a node. */
export interface NodeStatus {
  /** The name in the lab: of the lab file, or else the instance's id. */
  readonly name: string;
  /** The name in Kubernetes. */
  readonly nodeName: string;
  readonly instanceId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly subnet: string;
  readonly address: string;
  readonly maxPods: number;
  /** Whether the Node is Ready: pods can be started. */
  readonly ready: boolean;
  /** Why it is not, in the kubelet's words or those of its machine. */
  readonly message: string | undefined;
  readonly agent: AgentStatus;
  /** The path of its network namespace. Empty, like the following, in a lab without a kernel. */
  readonly netns: string;
  /** The socket of its containerd, for `ctr` and `crictl`. */
  readonly containerdSocket: string;
  readonly containerdLog: string;
  /** In `run` below it are the agent's sockets. */
  readonly dir: string;
}

/** The state of a node's agent: the container aws-node in its pod. */
export interface AgentStatus {
  /** The pod; undefined while there is none. */
  readonly pod: string | undefined;
  /** Its process, as this machine counts; undefined when it does not run. */
  readonly pid: number | undefined;
  /** Starts after the first. */
  readonly restarts: number;
  /** How the last one ended: `exit code 1`, `signal SIGKILL`. */
  readonly lastEnd: string | undefined;
  /** Lines as CRI has them: time, stream, `F` or `P`, text. */
  readonly logFile: string | undefined;
}

/** What is known of a node in Kubernetes. */
export interface NodeObjects {
  readonly node: Node | undefined;
  /** Its pod of the DaemonSet aws-node. */
  readonly agentPod: Pod | undefined;
}

/** Puts together what the machine and Kubernetes say. */
export function nodeStatus(machine: MachineStatus, { node, agentPod }: NodeObjects): NodeStatus {
  const { name, nodeName, instanceId, type, zone, subnet, address, maxPods, place } = machine;
  const ready = node?.status?.conditions?.find((each) => each.type === "Ready");
  return {
    ...{ name, nodeName, instanceId, instanceType: type.type, zone, subnet, maxPods },
    address: formatIpv4(address),
    ready: ready?.status === "True",
    message: machine.failure ?? (ready?.status === "True" ? undefined : ready?.message),
    agent: agentStatus(machine, agentPod),
    netns: place?.netns ?? "",
    containerdSocket: place?.containerdSocket ?? "",
    containerdLog: place?.containerdLog ?? "",
    dir: place?.dir ?? "",
  };
}

/** The DaemonSet's container of that name. */
const CONTAINER = "aws-node";

function agentStatus({ place }: MachineStatus, pod: Pod | undefined): AgentStatus {
  const container = pod?.status?.containerStatuses?.find(({ name }) => name === CONTAINER);
  const id = container?.containerID?.replace(/^[a-z]+:\/\//, "");
  const running = container?.state?.running !== undefined && id !== undefined;
  return {
    pod: pod?.metadata?.name,
    pid: running ? place?.processOf(id) : undefined,
    restarts: container?.restartCount ?? 0,
    lastEnd: container === undefined ? undefined : endOf(container),
    logFile:
      pod === undefined || place === undefined ? undefined : logFileOf(place.dir, pod, container),
  };
}

const SIGNALS: Readonly<Record<number, string>> = {
  9: "SIGKILL",
  15: "SIGTERM",
  11: "SIGSEGV",
  6: "SIGABRT",
};

function endOf({ state, lastState }: ContainerStatus): string | undefined {
  const end = state?.terminated ?? lastState?.terminated;
  if (end === undefined) return undefined;
  // A runtime reports the end by a signal as 128 and its number.
  const signal = end.signal ?? (end.exitCode > 128 ? end.exitCode - 128 : 0);
  if (signal === 0) return `exit code ${end.exitCode}`;
  return `signal ${SIGNALS[signal] ?? String(signal)}`;
}

function logFileOf(dir: string, pod: Pod, container: ContainerStatus | undefined): string {
  const { namespace = "", name = "", uid = "" } = pod.metadata ?? {};
  const { restartCount = 0 } = container ?? {};
  return `${dir}/log/pods/${namespace}_${name}_${uid}/${CONTAINER}/${restartCount}.log`;
}

/**
 * The end of an agent's log: what it said to people after its last record, or that record; undefined when it said nothing. The
 * log itself goes with the lab.
 */
export function lastWords({ logFile, restarts }: AgentStatus): string | undefined {
  // A container that has only just been started anew has said nothing yet; the one before has.
  const files = [restarts, restarts - 1].map((count) =>
    logFile?.replace(/\d+\.log$/, `${count}.log`),
  );
  const text = files
    .flatMap((file) => (file !== undefined && existsSync(file) ? [readFileSync(file, "utf8")] : []))
    .find((found) => found !== "");
  if (text === undefined) return undefined;
  const lines = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(" ").slice(3).join(" "));
  const words = lines.slice(lines.findLastIndex((line) => line.startsWith("{")) + 1);
  return words.map((line) => line.trim()).join(" ") || lines.at(-1);
}
