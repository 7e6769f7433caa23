import type { Time } from "../time/index.ts";
import { isConflict } from "./kube-error.ts";

const ATTEMPTS = 5;
const FIRST_DELAY_MS = 10;

/**
 * Calls `attempt`, which reads, changes and writes an object, again while it ends in a 409 `Conflict`: five times at
 * most, a little later each time. Other errors, and the last conflict, are thrown.
 */
export async function retryOnConflict<T>(time: Time, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (count >= ATTEMPTS || !isConflict(error)) throw error;
    }
    await time.sleep(FIRST_DELAY_MS * 2 ** (count - 1) * (0.5 + Math.random()), { holds: true });
  }
}
