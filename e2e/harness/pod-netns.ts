import { readdirSync, readFileSync } from "node:fs";

/** The network namespace of a running pod, as a path: that of the process whose environment has the pod's name. */
export function podNetns(pod: string): string {
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const variables = readFileSync(`/proc/${id}/environ`, "utf8").split("\0");
      if (variables.includes(`HOSTNAME=${pod}`)) return `/proc/${id}/ns/net`;
    } catch {
      // It has ended since, or it is a thread of the kernel.
    }
  }
  throw new Error(`no process of the pod ${pod}`);
}
