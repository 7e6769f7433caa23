import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createNetns, deleteNetns, netnsPath } from "../netns.ts";

/** Why tests of the kernel cannot run here; undefined when they can. */
export const KERNEL_TESTS_MISSING: string | undefined = missing();

function missing(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  if (spawnSync("ip", ["-V"]).status !== 0) return "needs ip (iproute2)";
  if (spawnSync("nft", ["--version"]).status !== 0) return "needs nft (nftables)";
  return existsSync("/proc/thread-self/ns/net") ? undefined : "needs network namespaces";
}

/** Namespaces of one test file. Their names hold the process number, so that files can run side by side. */
export class TestNamespaces {
  readonly #names: string[] = [];

  /** Makes a namespace and returns its path. */
  create(label: string): string {
    const name = this.nameOf(label);
    this.#names.push(name);
    return createNetns(name);
  }

  /** The path that {@link create} gives for that label. */
  path(label: string): string {
    return netnsPath(this.nameOf(label));
  }

  /** The name of a namespace under /run/netns. */
  nameOf(label: string): string {
    return `berth-test-${String(process.pid)}-${label}`;
  }

  /** Removes all that were made. */
  deleteAll(): void {
    for (const name of this.#names.splice(0)) deleteNetns(name);
  }
}

/** What `ip -j` prints inside a namespace. It stands outside of what it judges. */
export function ipJson(netns: string, args: string): Readonly<Record<string, unknown>>[] {
  const output = run("nsenter", [`--net=${netns}`, "ip", "-j", ...args.split(" ")]);
  return output.trim() === "" ? [] : (JSON.parse(output) as Record<string, unknown>[]);
}

/** What `ip` prints inside a namespace, as trimmed lines. */
export function ipLines(netns: string, args: string): string[] {
  const output = run("nsenter", [`--net=${netns}`, "ip", ...args.split(" ")]);
  return output
    .split("\n")
    .map((line) => line.trim().replace(/\s+/g, " "))
    .filter(Boolean);
}

/** What `nft` prints inside a namespace. */
export function nftText(netns: string, args: string): string {
  return run("nsenter", [`--net=${netns}`, "nft", ...args.split(" ")]);
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
  return stdout;
}
