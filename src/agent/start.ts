import { join } from "node:path";
import { CONFLIST_FILE, renderConflist } from "../cni/index.ts";
import { aborted } from "./aborted.ts";
import type { AgentCore } from "./agent-core.ts";
import { newCheckpoint } from "./checkpoint.ts";
import type { AgentConfig } from "./config.ts";
import { startFamilyCore } from "./family-core.ts";
import { errorFacts } from "./log.ts";
import type { NodePorts } from "./node.ts";
import { replaceFile } from "./replace-file.ts";
import { serve } from "./serve.ts";
import type { AgentParts, Closable } from "./serve.ts";
import { letStockListBe, setStockListAside } from "./stock/network-list.ts";
import { requireNoStockAgent } from "./stock/stock-agent.ts";
import { openStockFile } from "./stock/stock-file.ts";
import { requireUnanswered } from "./unix-socket.ts";

/** An agent that serves pods. */
export interface RunningAgent {
  /** Resolves when the agent has ended after `stopping`: calls under way answered, the step under way finished. */
  readonly ended: Promise<void>;
}

/**
 * Starts an agent over its ports: what {@link startFamilyCore} does, the socket, and last the network list, which tells the
 * runtime that pods can come: once there are addresses to give. `ports.stopping` stops it; running pods and the network
 * list stay, as the next agent takes them over. Throws BerthError when the node can't be used.
 */
export async function startAgent(ports: NodePorts, parts: AgentParts): Promise<RunningAgent> {
  const { config, boot } = parts;
  // Before anything is touched: two agents would undo each other's rules, and overwrite each other's checkpoint.
  await requireUnanswered(config.cniSocket);
  await requireNoStockAgent(config.contract);
  const { checkpointFile: file, contract } = config;
  const stock = openStockFile({ path: contract.checkpointFile, boot, log: ports.log });
  const core = await startFamilyCore(ports, {
    ...parts,
    openCheckpoint: (leases) => newCheckpoint({ file, boot, leases, stock }),
  });
  const servers: Closable[] = [];
  try {
    await core.servable;
    await serve(ports, { parts, core, servers });
  } catch (error) {
    core.stop();
    await close(servers);
    throw error;
  }
  const ended = finish(core, servers, admitPods(ports, config, core));
  ended.catch(() => undefined); // the caller may still be busy; it hears of it
  return { ended };
}

/** Writes the network list when there are addresses. A list of an earlier agent has stayed, so its node is Ready all along. */
async function admitPods(
  { log, time }: NodePorts,
  config: AgentConfig,
  core: AgentCore,
): Promise<void> {
  const { giving, stopping, pool } = core;
  await giving;
  if (stopping.aborted) return;
  try {
    writeConflist(config);
    chooseList(config, log);
  } catch (error) {
    log.error(errorFacts(error), "the network list can't be written");
    core.stop();
    throw error;
  }
  log.info(pool.stats(time.nowMs()), "ready for pods");
}

/** Berth's list is the runtime's, unless the VPC CNI's plugin is to be served. */
function chooseList({ cniConfDir, contract, ipv6 }: AgentConfig, log: NodePorts["log"]): void {
  if (contract.socket !== undefined && ipv6 === undefined) {
    if (letStockListBe(cniConfDir) === "absent")
      log.warn({ cniConfDir }, "there is no network list of the VPC CNI, so berth-cni wires pods");
    else log.info({}, "the VPC CNI's network list stays, so aws-cni wires pods");
  } else if (setStockListAside(cniConfDir) === "setAside")
    log.info({}, "the VPC CNI's network list is set aside; berth hand-back puts it back");
}

async function close(servers: readonly Closable[]): Promise<void> {
  await Promise.all(servers.map((server) => server.close()));
}

async function finish(
  { stopping, ended }: AgentCore,
  servers: readonly Closable[],
  admitted: Promise<void>,
): Promise<void> {
  await aborted(stopping);
  await close(servers);
  await ended;
  await admitted;
}

function writeConflist(config: AgentConfig): void {
  const file = join(config.cniConfDir, CONFLIST_FILE);
  replaceFile(file, renderConflist({ ...config, mtu: config.podMtu }), 0o644);
}
