import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Network namespaces of pods without containers, on one node of a lab: a node has its own `/run/netns`. */
export class NodeNamespaces {
  readonly #containerd: number;

  /** `nodeDir` is the node's `dir` in the lab's status. */
  constructor(nodeDir: string) {
    this.#containerd = processWith(`${nodeDir}/containerd.toml`);
  }

  /** Makes a namespace. Returns its path as the node's programs see it. */
  make(name: string): string {
    this.#run(["ip", "netns", "add", name]);
    return `/run/netns/${name}`;
  }

  remove(name: string): void {
    this.#run(["ip", "netns", "delete", name]);
  }

  /** What a program prints that runs in a namespace. */
  inside(name: string, command: readonly string[]): string {
    return this.#run(["ip", "netns", "exec", name, ...command]);
  }

  #run(command: readonly string[]): string {
    const words = ["--target", String(this.#containerd), "--mount", "--", ...command];
    return execFileSync("nsenter", words, { encoding: "utf8" });
  }
}

/** The process that has this word on its command line. */
function processWith(word: string): number {
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").includes(word)) {
        return Number(name);
      }
    } catch {
      // It has ended since.
    }
  }
  throw new Error(`no process with ${word}`);
}
