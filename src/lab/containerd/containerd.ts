import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { BerthError } from "../../base/index.ts";
import type { Cgroup } from "../host/cgroup.ts";
import { type Program, type ProgramSpec, startProgram } from "../host/process.ts";
import { containerdConfig, type ContainerdPaths } from "./config-file.ts";
import { type Cri, openCri } from "./cri-client.ts";
import { LOOPBACK_PLUGIN, loopbackPlugin } from "./loopback-plugin.ts";

/** What one node's containerd needs. */
export interface ContainerdOptions {
  readonly paths: ContainerdPaths;
  /** The file of the node's network namespace. */
  readonly netns: string;
  readonly cgroup: Cgroup;
  /** Tar archives of images to begin with. */
  readonly imageArchives: readonly string[];
  /** Images that must be there before any pod; the first holds a pod's namespaces. */
  readonly images: readonly [pause: string, ...others: string[]];
  /** CNI plugins by name, as paths of programs. */
  readonly plugins: Readonly<Record<string, string>>;
  /** What plugins find in their environment: they inherit containerd's. */
  readonly env: Readonly<Record<string, string>>;
  /** Directories that it sees in place of this machine's; see {@link ProgramSpec.ownDirs}. */
  readonly ownDirs?: ProgramSpec["ownDirs"];
}

/** A containerd that is ready for pods, but for the CNI configuration. It is started again when it dies. */
export interface Containerd {
  /** The process that runs now, or ran last. */
  readonly program: Program;
  readonly cri: Cri;
  /** Starts it no more, and asks it no more. The process itself is left to whoever ends the node. */
  close(): void;
}

const BUSYBOX = "/bin/busybox";
const START_MS = 30_000;
const POLL_MS = 20;
/** As its systemd unit says: `Restart=always`, `RestartSec=5`. */
const RESTART_MS = 5000;

/** Starts containerd in a node's namespace, gives it the images, and resolves when it can take pods. */
export async function startContainerd(options: ContainerdOptions): Promise<Containerd> {
  const { paths, cgroup, netns, images, env } = options;
  prepare(options);
  const spec: ProgramSpec = {
    command: "containerd",
    args: ["--config", paths.configFile],
    env,
    logFile: paths.logFile,
    cgroup,
    netns,
    ownDirs: options.ownDirs,
  };
  const program = await startProgram(spec);
  const cri = openCri(paths.socket);
  let end: string | undefined;
  void program.ended.then((how) => {
    end = how;
  });
  const deadlineMs = Date.now() + START_MS;
  const until = async (what: string, condition: () => Promise<boolean>): Promise<void> => {
    let cause: unknown;
    while (Date.now() < deadlineMs && end === undefined) {
      try {
        if (await condition()) return;
      } catch (error) {
        cause = error;
      }
      await sleep(POLL_MS);
    }
    throw startFailure({ what, end, paths, cause });
  };
  await until("it did not answer", () => cri.ready());
  for (const archive of options.imageArchives) await importImages(options, archive);
  for (const image of images) await until(`image ${image} is missing`, () => cri.hasImage(image));
  return keepRunning(program, { spec, cri });
}

/** Starts containerd again when it has died. Its containers live on meanwhile, under their shims. */
function keepRunning(
  first: Program,
  { spec, cri }: { readonly spec: ProgramSpec; readonly cri: Cri },
): Containerd {
  const stop = new AbortController();
  const { signal } = stop;
  let program = first;
  const rested = async (): Promise<boolean> => {
    await program.ended;
    await sleep(RESTART_MS, undefined, { signal, ref: false }).catch(() => undefined);
    return !signal.aborted;
  };
  const keep = async (): Promise<void> => {
    // A start that fails is tried again: the node is not ready until one succeeds.
    while (await rested()) program = await startProgram(spec).catch(() => program);
  };
  void keep();
  return {
    get program() {
      return program;
    },
    cri,
    close() {
      stop.abort();
      cri.close();
    },
  };
}

function prepare({ paths, images, plugins, ownDirs = {} }: ContainerdOptions): void {
  for (const dir of [paths.root, paths.state, paths.cniBinDir, paths.cniConfDir]) {
    mkdirSync(dir, { recursive: true });
  }
  const netnsIn = "/run/netns" in ownDirs ? "/run/netns" : "state";
  writeFileSync(paths.configFile, containerdConfig({ paths, pauseImage: images[0], netnsIn }));
  const loopback = `${paths.cniBinDir}/${LOOPBACK_PLUGIN}`;
  writeFileSync(loopback, loopbackPlugin(BUSYBOX), { mode: 0o755 });
  for (const [name, program] of Object.entries(plugins)) {
    symlinkSync(program, `${paths.cniBinDir}/${name}`);
  }
}

async function importImages({ paths, env }: ContainerdOptions, archive: string): Promise<void> {
  const args = ["--address", paths.socket, "--namespace", "k8s.io", "images", "import", archive];
  try {
    await promisify(execFile)("ctr", args, { env });
  } catch (cause) {
    const message = `Cannot give ${paths.socket} the images of ${archive}: ${String(cause)}`;
    const fix =
      "If it is one of the lab file's `images`, check that it is an OCI or Docker archive for this machine's architecture; `ctr images import` is the judge.";
    throw new BerthError("labStart", message, { fix, cause });
  }
}

interface StartFailure {
  readonly what: string;
  readonly end: string | undefined;
  readonly paths: ContainerdPaths;
  readonly cause: unknown;
}

function startFailure({ what, end, paths, cause }: StartFailure): BerthError {
  const why = end === undefined ? what : `it ended with ${end}`;
  const message = `containerd with ${paths.configFile} did not become ready: ${why}.`;
  const lastLine = readFileSync(paths.logFile, "utf8").trimEnd().split("\n").at(-1) ?? "";
  const fix = `Its last words: ${lastLine || "none"}.`;
  return new BerthError("labStart", message, { fix, cause });
}
