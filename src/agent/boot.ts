import { readFileSync } from "node:fs";
import { uptime } from "node:os";

/** The machine's present run. Pods do not outlive it. */
export interface Boot {
  /** Different for every boot (proc(5), random/boot_id). */
  readonly id: string;
  /** When it began, in ms since 1970; exact to a second or so. */
  readonly startedAtMs: number;
}

/** The boot this process runs in. */
export function currentBoot(): Boot {
  return { id: readBootId(), startedAtMs: Date.now() - uptime() * 1000 };
}

function readBootId(): string {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return "unknown"; // not Linux: there are no pods to confuse
  }
}
