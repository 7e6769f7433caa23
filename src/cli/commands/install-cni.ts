import { fileURLToPath } from "node:url";
import type { Command } from "../command.ts";

const RELAY = fileURLToPath(new URL("../../../build/cni-relay", import.meta.url));

/** `berth install-cni`: the init container of the node agent. */
export const installCniCommand: Command = {
  name: "install-cni",
  summary: "Copy the CNI plugin berth-cni to where the container runtime looks for it",
  about:
    "Puts the plugin that container runtimes start for each pod into BERTH_CNI_BIN_DIR (/opt/cni/bin if it is not set), in one step, so that a runtime never finds half of it. The init container of the DaemonSet aws-node does this before the agent starts.",
  arguments: [],
  options: [],
  examples: [
    {
      comment: "On a node, as root",
      line: "berth install-cni",
    },
  ],
  exitCodes: [],
  async run(_given, ports) {
    const { installCni } = await import("../../agent/index.ts");
    const path = installCni({ source: RELAY, environment: ports.env });
    ports.printer.result(path);
    return 0;
  },
};
