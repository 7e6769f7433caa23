import { statfsSync } from "node:fs";

/** `TMPFS_MAGIC` of linux/magic.h. */
const TMPFS = 0x0102_1994;

/**
 * A directory in memory, as `/run` is on a node. Of this machine's it can't be taken for granted: on a disk every
 * replacement of a checkpoint would wait for the file system, which no node does.
 */
export function memoryDir(): string {
  const found = ["/run", "/dev/shm"].find(isInMemory);
  if (found === undefined) throw new Error("neither /run nor /dev/shm is a memory file system");
  return found;
}

function isInMemory(dir: string): boolean {
  try {
    return statfsSync(dir).type === TMPFS;
  } catch {
    return false;
  }
}
