import { readFileSync, writeFileSync } from "node:fs";
import { BerthError } from "../base/index.ts";
import { withNetns } from "./netns.ts";

/** A kernel setting of the network: its path below /proc/sys/net, part by part, as names may contain dots. */
export type SysctlKey = readonly string[];

/**
 * Writes a setting of a namespace, the calling thread's own by default. Returns false when this kernel does not have it.
 * Code "sysctlRefused" for anything else.
 */
export function writeSysctl(
  key: SysctlKey,
  value: number,
  { netns }: { readonly netns?: string | undefined } = {},
): boolean {
  const path = pathOf(key);
  try {
    withNetns(netns, () => {
      writeFileSync(path, String(value));
    });
    return true;
  } catch (cause) {
    if (isMissing(cause)) return false;
    const where = netns === undefined ? "" : ` in ${netns}`;
    throw new BerthError("sysctlRefused", `Cannot set ${path} to ${String(value)}${where}.`, {
      fix: "Run as root with a writable /proc/sys; in a container that needs a privileged one.",
      facts: { path, value, netns },
      cause,
    });
  }
}

/** Writes a setting without which there is no pod network. Code "sysctlMissing", with this `fix`, on a kernel without it. */
export function requireSysctl(
  key: SysctlKey,
  value: number,
  { netns, fix }: { readonly netns: string | undefined; readonly fix: string },
): void {
  if (writeSysctl(key, value, { netns })) return;
  throw new BerthError("sysctlMissing", `The kernel has no net.${key.join(".")}.`, {
    fix,
    facts: { key, netns },
  });
}

/** Reads a setting of a namespace; undefined when this kernel does not have it. */
export function readSysctl(
  key: SysctlKey,
  { netns }: { readonly netns?: string | undefined } = {},
): string | undefined {
  try {
    return withNetns(netns, () => readFileSync(pathOf(key), "utf8").trim());
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function pathOf(key: SysctlKey): string {
  return ["/proc/sys/net", ...key].join("/");
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
