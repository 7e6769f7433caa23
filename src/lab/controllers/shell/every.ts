import type { KubeObject, Informer } from "../../../kube-client/index.ts";
import type { Controller, Shell } from "./shell.ts";

/** Does something again and again, with a pause in between, once `needs` have seen what there is. */
export function every(
  shell: Shell,
  options: {
    readonly pauseMs: number;
    readonly needs: readonly Informer<KubeObject>[];
    readonly act: () => Promise<void>;
  },
): Controller {
  async function run(): Promise<void> {
    await Promise.race([Promise.all(options.needs.map(({ synced }) => synced)), shell.stopped]);
    while (!shell.signal.aborted) {
      await options.act().catch(shell.report);
      await shell.time.sleep(options.pauseMs, { signal: shell.signal });
    }
  }
  const running = run();
  return { close: () => running };
}
