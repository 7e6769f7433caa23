import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
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

  /** Every process of the lab but the lab itself is in here. */
  get cgroup(): Cgroup {
    return cgroupAt(`/berth/${this.name}`);
  }

  /** A node's own directory. */
  nodeDir(node: string): string {
    return `${this.path}/nodes/${node}`;
  }

  /** Makes the directory and writes the record. EEXIST when there is a record already: two may have begun at once. */
  claim(record: LabRecord): void {
    mkdirSync(this.path, { recursive: true });
    writeFileSync(this.#recordFile, JSON.stringify(record), { flag: "wx", mode: 0o600 });
  }

  /** The record, or undefined when there is no lab and no remains of one. */
  read(): LabRecord | undefined {
    if (!existsSync(this.#recordFile)) return undefined;
    return JSON.parse(readFileSync(this.#recordFile, "utf8")) as LabRecord;
  }

  /** Remembers a network namespace by name, to be called before it is made. */
  rememberNetns(name: string): void {
    appendFileSync(this.#netnsFile, `${name}\n`);
  }

  /** Every network namespace that was ever remembered. */
  rememberedNetns(): string[] {
    if (!existsSync(this.#netnsFile)) return [];
    return readFileSync(this.#netnsFile, "utf8").split("\n").filter(Boolean);
  }

  /** Removes the directory, and those above it that Berth made when they are empty. */
  remove(): void {
    // First out of the way, in one step: a half-removed directory must not look like a lab.
    const doomed = `${dirname(this.path)}/.${this.name}.${process.pid}`;
    renameSync(this.path, doomed);
    rmSync(doomed, { recursive: true, force: true });
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

/** The labs that have a directory, sorted by name. */
export function listStateDirs(root: string): StateDir[] {
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => new StateDir(root, name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
