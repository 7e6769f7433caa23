import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** One mount of this process's mount namespace. */
export interface Mount {
  readonly path: string;
  readonly type: string;
}

/** All mounts, in the order of their making (proc_pid_mountinfo(5)). */
export function readMounts(): Mount[] {
  const lines = readFileSync("/proc/self/mountinfo", "utf8").split("\n").filter(Boolean);
  return lines.map((line) => {
    const [before = "", after = ""] = line.split(" - ");
    return { path: unescape(before.split(" ")[4] ?? ""), type: after.split(" ")[0] ?? "" };
  });
}

/** Undoes every mount at or below a directory, the latest first. Those still in use vanish with their last user. */
export function unmountBelow(dir: string): void {
  const paths = readMounts()
    .map(({ path }) => path)
    .filter((path) => path === dir || path.startsWith(`${dir}/`))
    .reverse();
  if (paths.length > 0) execFileSync("umount", ["--lazy", "--", ...paths], { stdio: "pipe" });
}

// Space, tab, newline and backslash appear as octal numbers.
function unescape(path: string): string {
  return path.replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}
