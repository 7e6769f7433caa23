import { existsSync } from "node:fs";

/** Why this machine can't run a lab on the kernel, or undefined when it can. */
export function whyNoKernel(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root";
  if (!existsSync("/usr/bin/containerd")) return "needs the Debian package containerd";
  return undefined;
}

/** Begin of a suite's title where it is skipped. */
export function skipNote(): string {
  const why = whyNoKernel();
  return why === undefined ? "" : `(skipped: ${why}) `;
}
