import { prepareKubeTools } from "./kube-tools.ts";

/** Called by Vitest once before the tests of the kernel. */
export function setup(): void {
  prepareKubeTools();
}
