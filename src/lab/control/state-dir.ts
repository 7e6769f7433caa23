import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { BerthError } from "../../base/index.ts";
import { type Cgroup, cgroupAt } from "../host/cgroup.ts";
import type { ProcessId } from "../host/process.ts";

/** What a running lab tells those who come later: to find it, or to clean up after it. */
export interface LabRecord {
  readonly name: string;
  /** The process that runs it. */
  readonly process: ProcessId;
  /** The lab file, absolute. */
  readonly file: string;
}

/** One lab's directory. Whatever the lab makes outside of it is written down in it first. */
export class StateDir {
  readonly path: string;
  readonly name: string;
  /** Once more what {@link rememberNetns} writes down, for a lab whose directory was removed while it ran. */
  readonly #netns = new Set<string>();

  /** Names a directory; makes nothing. */
  constructor(root: string, name: string) {
    this.name = name;
    this.path = `${root}/${name}`;
  }

  /** The socket of `lab status` and the like. */
  get controlSocket(): string {
    return `${this.path}/control.sock`;
  }

  /** The images of the lab as one archive. */
  get imageArchive(): string {
    return `${this.path}/images.tar`;
  }

  /** The file with which kubectl speaks to the lab. */
  get kubeconfig(): string {
    return `${this.path}/kubeconfig`;
  }

  /** Programs that know the lab. */
  get programs(): string {
    return `${this.path}/bin`;
  }

  /** What the API server remembers. */
  get snapshotFile(): string {
    return `${this.path}/kubernetes.json`;
  }

  /** Every process of the lab but the lab itself is in here. */
  get cgroup(): Cgroup {
    return cgroupAt(`/berth/${this.name}`);
  }

  /** A node's own directory. */
  nodeDir(node: string): string {
    return `${this.path}/nodes/${node}`;
  }

  /**
   * Makes the directory and writes the record. Throws `labRunning` when there is a record already, as two may have begun at
   * once, and `labState` when the directory can't be written.
   */
  claim(record: LabRecord): void {
    // Appears with all of its text or not at all: half a record would look like the remains of a crash.
    const draft = `${this.#recordFile}.${process.pid}`;
    try {
      makeDirs(this.path);
      writeFileSync(draft, JSON.stringify(record), { mode: 0o600 });
      try {
        linkSync(draft, this.#recordFile);
      } finally {
        rmSync(draft);
      }
    } catch (cause) {
      throw (cause as NodeJS.ErrnoException).code === "EEXIST" && existsSync(this.#recordFile)
        ? alreadyRunning(this)
        : unusable(this.path, "write", cause);
    }
  }

  /**
   * The record, or undefined when there is none, or none that can be understood: what is there then are remains at most.
   * Throws `labState` when it may not be read.
   */
  read(): LabRecord | undefined {
    let text: string;
    try {
      text = readFileSync(this.#recordFile, "utf8");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw unusable(this.path, "read", cause);
    }
    return parseRecord(text);
  }

  /** Remembers a network namespace by name, to be called before it is made. */
  rememberNetns(name: string): void {
    appendFileSync(this.#netnsFile, `${name}\n`);
    this.#netns.add(name);
  }

  /** Every network namespace that was ever remembered. */
  rememberedNetns(): string[] {
    const written = existsSync(this.#netnsFile) ? readFileSync(this.#netnsFile, "utf8") : "";
    return [...new Set([...written.split("\n").filter(Boolean), ...this.#netns])];
  }

  /** Removes the directory, and those above it that Berth made when they are empty. */
  remove(): void {
    if (existsSync(this.path)) {
      // First out of the way, in one step: a half-removed directory must not look like a lab.
      const doomed = `${dirname(this.path)}/.${this.name}.${process.pid}`;
      renameSync(this.path, doomed);
      removeDir(doomed);
    }
    for (const dir of [dirname(this.path), dirname(dirname(this.path))]) {
      try {
        rmdirSync(dir);
      } catch {
        return;
      }
    }
  }

  get #recordFile(): string {
    return `${this.path}/lab.json`;
  }

  get #netnsFile(): string {
    return `${this.path}/namespaces`;
  }
}

/**
 * Makes a directory and those above it. Not by Node's own `recursive`, which never comes back where the file system says ENOENT
 * to whoever makes a directory: below /proc.
 */
function makeDirs(path: string): void {
  if (existsSync(path)) return;
  makeDirs(dirname(path));
  try {
    mkdirSync(path);
  } catch (error) {
    // Two labs may begin at once.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/** Removes a directory and all in it; what was mounted there may need a moment to be free. */
export function removeDir(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

const recordSchema = z.object({
  name: z.string(),
  process: z.object({ pid: z.int().min(1), startTicks: z.number() }),
  file: z.string(),
});

function parseRecord(text: string): LabRecord | undefined {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** The refusal to start a lab that runs. */
export function alreadyRunning(dir: StateDir): BerthError {
  const pid = dir.read()?.process.pid ?? 0;
  return new BerthError("labRunning", `Lab ${dir.name} runs already, as process ${pid}.`, {
    fix: "Use it (`berth lab status`), end it (`berth lab down`), or give the new one another `name:`.",
  });
}

function unusable(path: string, verb: "read" | "write", cause: unknown): BerthError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BerthError("labState", `Cannot ${verb} the lab's directory ${path}: ${why}`, {
    fix: "Be the user who has started the lab, or give another directory in BERTH_LAB_STATE_DIR.",
    facts: { path },
  });
}

/** The labs that have a directory, sorted by name. */
export function listStateDirs(root: string): StateDir[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => new StateDir(root, name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
