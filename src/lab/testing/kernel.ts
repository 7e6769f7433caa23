import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createNetns, deleteNetns } from "../../dataplane/index.ts";
import type { NetnsMaker } from "../fabric/fabric.ts";

const PROGRAMS = ["ip", "nft", "nsenter", "containerd", "ctr", "runc"];

/** Why tests of the lab on a kernel cannot run here; undefined when they can. */
export const LAB_KERNEL_MISSING: string | undefined = missing();

function missing(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  if (!existsSync("build/cni-relay")) return "needs build/cni-relay: `npm run setup`";
  const absent = PROGRAMS.find((name) => spawnSync("which", [name]).status !== 0);
  return absent === undefined ? undefined : `needs ${absent}`;
}

/** Makes namespaces for a test, and removes them all. */
export class TestNamespaces implements NetnsMaker {
  readonly #prefix = `berth-test-${process.pid}-`;
  readonly #names: string[] = [];

  make(role: string): string {
    const name = `${this.#prefix}${role}`;
    this.#names.push(name);
    return createNetns(name);
  }

  remove(netns: string): void {
    deleteNetns(netns.slice(netns.lastIndexOf("/") + 1));
  }

  removeAll(): void {
    for (const name of this.#names.splice(0)) deleteNetns(name);
  }
}

/** Runs a program inside a namespace; its output, or undefined when it failed. */
export function runIn(netns: string, program: string, args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync("nsenter", [`--net=${netns}`, program, ...args], {
    encoding: "utf8",
    timeout: 20_000,
  });
  return status === 0 ? stdout : undefined;
}
