import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { BerthError } from "../../base/index.ts";

/** A busybox that runs without any library beside it. */
export interface Busybox {
  readonly program: Buffer;
  /** The commands it offers, such as `sh` and `wget`. */
  readonly applets: readonly string[];
}

const CANDIDATES = ["/bin/busybox", "/usr/bin/busybox"];
const FIX = "Install the Debian package busybox-static: `apt-get install busybox-static`.";

/** Reads the machine's statically linked busybox, the only program in the lab's images. */
export function readBusybox(candidates: readonly string[] = CANDIDATES): Busybox {
  const path = candidates.find((candidate) => existsSync(candidate));
  if (path === undefined) {
    const message = `Cannot make the lab's container images: there is no ${candidates.join(" or ")}.`;
    throw new BerthError("noBusybox", message, { fix: FIX });
  }
  const program = readFileSync(path);
  if (hasInterpreter(program)) {
    const message = `Cannot make the lab's container images: ${path} needs shared libraries.`;
    throw new BerthError("noBusybox", message, { fix: FIX, facts: { path } });
  }
  const applets = execFileSync(path, ["--list"], { encoding: "utf8" }).split("\n").filter(Boolean);
  return { program, applets };
}

const ELF64_HEADER_BYTES = 64;
const PT_INTERP = 3;

/** Whether a 64-bit little-endian ELF program names a dynamic loader (elf.h: PT_INTERP). */
export function hasInterpreter(elf: Buffer): boolean {
  if (elf.length < ELF64_HEADER_BYTES) return false;
  const tableAt = Number(elf.readBigUInt64LE(32));
  const entryBytes = elf.readUInt16LE(54);
  const entryCount = elf.readUInt16LE(56);
  for (let index = 0; index < entryCount; index++) {
    if (elf.readUInt32LE(tableAt + index * entryBytes) === PT_INTERP) return true;
  }
  return false;
}
