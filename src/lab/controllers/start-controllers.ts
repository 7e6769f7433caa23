import type { Controllers, ControllersOptions } from "./controllers.ts";

/** Starts the controllers; returns at once, they begin when they have seen what there is. */
export function startControllers(options: ControllersOptions): Controllers {
  throw new Error(`being written: ${options.client.namespace}`);
}
