import { dirname, join } from "node:path";
import { BerthError } from "../../base/index.ts";
import type { ContractConfig } from "../contract-config.ts";
import { isAnswered } from "../unix-socket.ts";

/** The VPC CNI's socket, beside its checkpoint (release 1.23). */
const SOCKET = "ipamd.sock";

/**
 * Throws BerthError `stockAgentRunning` while the VPC CNI's agent answers on this node: both would give out the same
 * addresses. Agents of releases before 1.23 listen elsewhere and are not noticed.
 */
export async function requireNoStockAgent({
  checkpointFile,
}: Pick<ContractConfig, "checkpointFile">): Promise<void> {
  const path = join(dirname(checkpointFile), SOCKET);
  if (!(await isAnswered(path))) return;
  throw new BerthError(
    "stockAgentRunning",
    `The VPC CNI's agent runs on this node: it answers on ${path}. Nothing was changed.`,
    {
      fix: "Remove it: the DaemonSet aws-node of Berth takes the place of the VPC CNI's by having its name. Then the agent starts by itself.",
      facts: { path },
    },
  );
}
