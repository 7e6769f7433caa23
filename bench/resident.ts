import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** Memory of a running process that is in RAM, in MiB: `VmRSS` of proc(5). */
export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error(`process ${pid} has no resident memory: it has ended`);
  return Number(kib) / 1024;
}

/** What Node takes when it has loaded the given modules and does nothing. Relative paths are from the repository's root. */
export async function residentAfterLoading(modules: readonly string[]): Promise<number> {
  const imports = modules.map((name) => `await import(${JSON.stringify(name)});`).join(" ");
  const script = `${imports} process.stdout.write("loaded\\n"); setInterval(() => {}, 2 ** 30);`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    // With the sources compiled before, as bin/berth and the lab have it.
    env: { ...process.env, NODE_COMPILE_CACHE: "node_modules/.cache/berth-compiled" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  try {
    const answer = await Promise.race([once(child.stdout, "data"), ended.then(() => undefined)]);
    if (answer === undefined || child.pid === undefined) {
      throw new Error(`Node could not load ${modules.join(", ")}`);
    }
    return residentMiB(child.pid);
  } finally {
    child.kill();
    await ended;
  }
}
