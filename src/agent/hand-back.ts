import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Boot } from "./boot.ts";
import { currentBoot } from "./boot.ts";
import { newCheckpoint } from "./checkpoint.ts";
import { readAgentConfig } from "./config.ts";
import { putStockListBack } from "./stock/network-list.ts";
import { openStockFile } from "./stock/stock-file.ts";
import { requireUnanswered } from "./unix-socket.ts";
import type { Environment } from "./variable-reader.ts";

/** What is handed back, and to what kernel. */
export interface HandingBack {
  /** The agent's: it says where its files are. */
  readonly environment: Environment;
  readonly boot?: Boot;
  /** Removes the node's translation of IPv4 pods; the VPC CNI brings its own. */
  readonly removeSnat?: () => void | Promise<void>;
}

/** What was done. */
export interface HandedBack {
  /** The VPC CNI's checkpoint. */
  readonly checkpoint: string;
  /** Pods in it. */
  readonly pods: number;
  /** `absent`: there was none to put back; the VPC CNI writes its own at its start. */
  readonly networkList: "putBack" | "there" | "absent";
}

/**
 * Prepares a node, whose agent has been stopped, for the VPC CNI: its checkpoint says which pod has which address, its
 * network list is the runtime's again, and Berth's translation is gone. Pods go on. It can be repeated, also while the VPC
 * CNI runs. Throws BerthError `agentRunning` while an agent serves: what it does from then on would be lost.
 *
 * In IPv6 clusters the translation stays until the node reboots: the VPC CNI makes a rule for each pod as it starts, so
 * pods that Berth has connected would lose their way to IPv4.
 */
export async function handBack({
  environment,
  boot = currentBoot(),
  removeSnat = removeSnatOfNode,
}: HandingBack): Promise<HandedBack> {
  const { cniSocket, checkpointFile, cniConfDir, contract } = readAgentConfig(environment);
  await requireUnanswered(cniSocket);
  const silent = { info: () => undefined, warn: () => undefined };
  if (existsSync(checkpointFile)) mkdirSync(dirname(contract.checkpointFile), { recursive: true });
  const stock = openStockFile({ path: contract.checkpointFile, boot, log: silent });
  const taken = stock.takeOver(checkpointFile);
  const leases = taken ?? newCheckpoint({ file: checkpointFile, boot, leases: () => [] }).load();
  // Its directory may have been missing all along. What the VPC CNI's agent wrote since is its own, and may change any moment.
  if (taken === undefined && leases.length > 0) stock.write(leases);
  const networkList = putStockListBack(cniConfDir);
  if (leases.every(({ address }) => typeof address === "number")) await removeSnat();
  return { checkpoint: contract.checkpointFile, pods: leases.length, networkList };
}

async function removeSnatOfNode(): Promise<void> {
  const dataplane = await import("../dataplane/index.ts");
  dataplane.removeSnat();
}
