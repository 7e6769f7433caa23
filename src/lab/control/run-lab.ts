import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { BerthError } from "../../base/index.ts";
import { containerdPaths } from "../containerd/config-file.ts";
import { currentProcess } from "../host/process.ts";
import { scaledTime, systemTime, type Time } from "../../time/index.ts";
import type { LabFile } from "../labfile/lab-file.ts";
import { readLabFile } from "../labfile/read-lab-file.ts";
import { cleanUp } from "./cleanup.ts";
import { growSlowly } from "./heap-growth.ts";
import { withLabLock } from "./lab-lock.ts";
import { startControlServer } from "./control-server.ts";
import { isLabRunning } from "./find-lab.ts";
import { Lab } from "./lab.ts";
import type { LabOptions } from "./lab-options.ts";
import { refuseTakenNetns } from "./netns-names.ts";
import { alreadyRunning, StateDir } from "./state-dir.ts";
import type { LabStatus } from "./status.ts";

/** What it takes to run a lab in this process. */
export interface RunLabOptions extends Pick<
  LabOptions,
  "berth" | "sources" | "relay" | "compileCache" | "config" | "openAgents"
> {
  /** The path of the lab file. */
  readonly file: string;
  /** The path of a kubeconfig, to use the API server that it leads to. */
  readonly kubeconfig?: string | undefined;
  /** Left out: on the kernel where that can be, else simulated. */
  readonly mode?: LabStatus["mode"] | undefined;
  /** For simulated labs: how many times as fast as ours their time passes. 1 when left out. */
  readonly speed?: number | undefined;
  /** For simulated labs: when their time begins, in milliseconds since 1970. Now when left out. */
  readonly startMs?: number | undefined;
  readonly machine: Machine;
  /** Ends the lab. */
  readonly signal: AbortSignal;
  /** Told what is going on, a line at a time. */
  readonly progress: (line: string) => void;
  /** Told once that the lab is up. */
  readonly ready: (status: LabStatus) => void;
}

/** What decides whether nodes can run here. */
export interface Machine {
  readonly platform: string;
  readonly uid: number;
}

/**
 * Runs a lab until the signal or `lab down` ends it, and removes everything it has made, also when it fails. Throws
 * `labFile`, `labRunning`, `labStart` and the errors of the rooms below.
 */
export async function runLab(options: RunLabOptions): Promise<void> {
  const { config, progress } = options;
  const file = resolve(options.file);
  const lab = readLabFile(file);
  const mode = modeOf(options);
  const time = timeOf(options, mode);
  if (mode === "simulated") growSlowly();
  const dir = new StateDir(config.stateRoot, lab.name);
  refuseLongPaths(dir, mode === "kernel" ? lab.nodes : []);
  if (mode === "kernel") refuseManyNodes(lab);
  await withLabLock(dir, async () => {
    await clear(dir, progress);
    if (mode === "kernel") refuseTakenNetns(dir, lab);
    dir.claim({ name: dir.name, process: currentProcess(), file });
  });
  progress(`Starting lab ${lab.name}: ${sizeOf(lab, mode)}.`);
  const onBug = (error: unknown): void => {
    progress(
      `This is a bug in Berth: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  };
  try {
    const kubeconfig = options.kubeconfig === undefined ? undefined : resolve(options.kubeconfig);
    const running = await Lab.open({ ...options, lab, file, kubeconfig, dir, mode, time, onBug });
    try {
      await serve(running, { ...options, dir, onBug });
    } finally {
      progress(`Removing lab ${lab.name}.`);
      await running.close();
    }
  } finally {
    await cleanUp(dir);
  }
}

interface ServeOptions extends RunLabOptions, Pick<LabOptions, "dir" | "onBug"> {}

async function serve(lab: Lab, options: ServeOptions): Promise<void> {
  const { dir, ready, onBug } = options;
  const asked = new AbortController();
  const signal = AbortSignal.any([options.signal, asked.signal]);
  const control = await startControlServer({
    lab,
    socket: dir.controlSocket,
    stop: () => {
      asked.abort();
    },
    onBug,
  });
  try {
    await lab.start(signal);
    ready(lab.status);
    await aborted(signal);
  } catch (error) {
    // To be ended while starting is no failure.
    if (!signal.aborted) throw error;
  } finally {
    await control.close();
  }
}

/** "4 subnets, 3 nodes, 12 pods" */
function sizeOf({ subnets, nodes, workloads }: LabFile, mode: LabStatus["mode"]): string {
  const pods = workloads.reduce((sum, { replicas }) => sum + replicas, 0);
  const node = mode === "simulated" ? "simulated node" : "node";
  return [count(subnets.length, "subnet"), count(nodes.length, node), count(pods, "pod")].join(
    ", ",
  );
}

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}

/** A containerd, an agent and the containers' shims take about 150 MB a node, and a second of a processor to start. */
const KERNEL_NODES_MAX = 100;

function refuseManyNodes({ nodes }: LabFile): void {
  if (nodes.length <= KERNEL_NODES_MAX) return;
  const message = `The lab file has ${nodes.length} nodes; one machine runs ${KERNEL_NODES_MAX} at most.`;
  throw new BerthError("labStart", message, { fix: "Give `nodes` fewer, or smaller `count`s." });
}

/** What every system allows the path of a Unix socket to have: macOS 103 bytes, Linux 107. */
const SOCKET_PATH_MAX = 103;

const LONGEST_ID = "i-0123456789abcdef0";

function refuseLongPaths(dir: StateDir, nodes: LabFile["nodes"]): void {
  // containerd adds to the name of the socket that it is given. Nodes that come later may be called by their instance's id.
  const names = nodes.length === 0 ? [] : [...nodes.map(({ name }) => name), LONGEST_ID];
  const sockets = names.map((name) => `${containerdPaths(dir.nodeDir(name)).socket}.ttrpc`);
  const tooLong = [dir.controlSocket, ...sockets].find(
    (path) => Buffer.byteLength(path) > SOCKET_PATH_MAX,
  );
  if (tooLong === undefined) return;
  const message = `The path of the socket ${tooLong} is longer than the ${SOCKET_PATH_MAX} bytes that systems allow.`;
  throw new BerthError("labState", message, {
    fix: "Give a shorter directory in BERTH_LAB_STATE_DIR, or shorter names in the lab file.",
  });
}

/** Makes room for a lab of that name: refuses when it runs, cleans up when it has crashed. */
async function clear(dir: StateDir, progress: (line: string) => void): Promise<void> {
  if (!existsSync(dir.path)) return;
  if (isLabRunning(dir)) throw alreadyRunning(dir);
  progress(`Removing what an earlier lab ${dir.name} has left.`);
  await cleanUp(dir);
}

/** What was asked for; else on the kernel, and simulated without root or Linux, which the reader is told. */
function modeOf({ mode, machine, progress, relay }: RunLabOptions): LabStatus["mode"] {
  if (mode === "simulated") return mode;
  const why = reasonAgainstNodes(machine);
  if (why !== undefined) {
    if (mode === "kernel") {
      throw new BerthError("labStart", `${why}, so a lab can't have nodes on the kernel here.`, {
        fix: "Run it as root on Linux, or with --mode simulated.",
      });
    }
    progress(`${why}, so the nodes of this lab are simulated: the same APIs, without containers.`);
    return "simulated";
  }
  if (existsSync(relay)) return "kernel";
  throw new BerthError("labStart", `The CNI plugin ${relay} is missing.`, {
    fix: "Run `npm run setup`, which compiles it.",
  });
}

function timeOf({ speed = 1, startMs }: RunLabOptions, mode: LabStatus["mode"]): Time {
  if (speed === 1 && startMs === undefined) return systemTime;
  if (mode === "simulated") return scaledTime({ speed, startMs: startMs ?? systemTime.nowMs() });
  throw new BerthError("labStart", "Only the time of simulated nodes can be set.", {
    fix: "Leave --speed and --start-time out, or add --mode simulated.",
  });
}

function reasonAgainstNodes({ platform, uid }: Machine): string | undefined {
  if (platform !== "linux") return "Network namespaces need Linux";
  if (uid !== 0) return "Network namespaces need root";
  return undefined;
}
