import type { Kernel } from "../kernel.ts";
import type { Telemetry } from "./telemetry.ts";

/** The same kernel; each set-up of the host is counted. */
export function watchHostSetUps(
  kernel: Kernel,
  telemetry: Pick<Telemetry, "noteHostSetUp">,
): Kernel {
  return {
    ...kernel,
    setUpHost(host) {
      try {
        const news = kernel.setUpHost(host);
        telemetry.noteHostSetUp("success");
        return news;
      } catch (error) {
        telemetry.noteHostSetUp("error");
        throw error;
      }
    },
  };
}
