import { Session } from "node:inspector/promises";
import koffi from "koffi";

/**
 * Gives back to the kernel what only the start needed: half of what an agent would occupy for as long as it lives.
 * Loading the AWS SDK makes garbage of tens of MiB, which V8 keeps for a program that it takes to be busy, and the C
 * library keeps what V8 lets go. It stops this thread for some 50 ms, so it is called before pods are served.
 */
export async function releaseStartUpMemory(): Promise<void> {
  const session = new Session();
  session.connect();
  try {
    await session.post("HeapProfiler.collectGarbage");
  } finally {
    session.disconnect();
  }
  trimHeap();
}

/** malloc_trim(3) exists in the GNU C library only; without it there is nothing to trim by hand. */
function trimHeap(): void {
  if (process.platform !== "linux") return;
  try {
    koffi.load(null).func("int malloc_trim(size_t)")(0);
  } catch {
    return;
  }
}
