import type { Server } from "node:http";
import { join } from "node:path";
import { CONFLIST_FILE, renderConflist } from "../cni/index.ts";
import { formatIpv4 } from "../net/index.ts";
import { Pool } from "../pool/index.ts";
import type { PoolChange } from "../pool/index.ts";
import { newCheckpoint, replaceFile } from "./checkpoint.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Boot } from "./boot.ts";
import { newCniHandler } from "./cni-handlers.ts";
import { startCniServer } from "./cni-server.ts";
import type { CniServer } from "./cni-server.ts";
import type { AgentConfig } from "./config.ts";
import { discover } from "./discover.ts";
import type { InstanceLimits } from "./ec2.ts";
import { forgetEni } from "./eni-removal.ts";
import { startIntrospection } from "./introspection.ts";
import { sweepLeftovers } from "./leftovers.ts";
import { errorFacts } from "./log.ts";
import { startLoop } from "./loop.ts";
import type { LoopParts, RunningLoop } from "./loop.ts";
import type { InstanceFacts } from "./metadata.ts";
import type { Node, NodePorts } from "./node.ts";
import { perform } from "./perform.ts";
import { settingsFor } from "./pool-settings.ts";
import { restore } from "./restore.ts";
import { requireUnanswered } from "./unix-socket.ts";
import { watchVpc } from "./vpc-watch.ts";
import { newWake } from "./wake.ts";
import type { Wake } from "./wake.ts";

const PEER_TIMEOUT_MS = 10_000;
const SWEEP_PERIOD_MS = 3_600_000;

/** What an agent is made of beside its ports. */
export interface AgentParts {
  readonly config: AgentConfig;
  readonly instance: InstanceFacts;
  readonly limits: InstanceLimits;
  readonly boot: Boot;
}

/** An agent that serves pods. */
export interface RunningAgent {
  /** Resolves when the agent has ended after `stopping`: calls under way answered, the step under way finished. */
  readonly ended: Promise<void>;
}

/**
 * Starts an agent over its ports, in the order of the VPC CNI: host and ENIs, leases, first growth of the pool, the
 * socket, and last the network list, which tells the runtime that pods can come. `ports.stopping` stops it; running
 * pods and the network list stay, as the next agent takes them over. Throws BerthError when the node can't be used.
 */
export async function startAgent(ports: NodePorts, parts: AgentParts): Promise<RunningAgent> {
  const { config, instance, limits, boot } = parts;
  const { log, now } = ports;
  // Before anything is touched: two agents would undo each other's rules, and overwrite each other's checkpoint.
  await requireUnanswered(config.cniSocket);
  const { node, enis, vpcCidrs, unmanagedEnis } = await discover(ports, {
    config,
    instance,
    limits,
  });
  const pool = new Pool(settingsFor(config, { limits, unmanagedEnis }));
  const wake = newWake(now);
  const checkpoint = newCheckpoint({
    file: config.checkpointFile,
    boot,
    leases: () => pool.leases(),
  });
  pool.observe(enis, now());
  await restore(ports, { pool, checkpoint });

  // A broken loop stops the whole agent, whose supervisor starts it anew.
  const broken = new AbortController();
  const stopping = AbortSignal.any([ports.stopping, broken.signal]);
  const loop = startLoop(loopParts({ node, pool, checkpoint, wake }), stopping);
  loop.ended.catch(() => broken.abort());
  void watchVpc(node, vpcCidrs, stopping);
  const servers: Servers = { cni: undefined, introspection: undefined };
  try {
    await loop.settled;
    await serve(node, { config, pool, checkpoint, wake, servers });
    writeConflist(config);
    log.info(pool.stats(now()), "ready for pods");
    return { ended: end({ servers, loop, checkpoint, stopping }) };
  } catch (error) {
    broken.abort();
    await close(servers);
    throw error;
  }
}

interface PoolParts {
  readonly pool: Pool;
  readonly checkpoint: Checkpoint;
  readonly wake: Wake;
}

function loopParts({
  node,
  pool,
  checkpoint,
  wake,
}: PoolParts & { readonly node: Node }): LoopParts {
  return {
    pool,
    wake,
    now: node.now,
    log: node.log,
    perform: (step) => perform(node, step),
    onChange: (change) => followChange(node, checkpoint, change),
    houseKeep: async (nowMs) => {
      await sweepLeftovers(node);
      return nowMs + SWEEP_PERIOD_MS;
    },
  };
}

/** What listens so far. */
interface Servers {
  cni: CniServer | undefined;
  introspection: Server | undefined;
}

async function serve(
  node: Node,
  parts: PoolParts & { readonly config: AgentConfig; readonly servers: Servers },
): Promise<void> {
  const { config, pool, servers } = parts;
  const { log, now, kernel, instance, stopping } = node;
  const handle = newCniHandler({
    ...parts,
    kernel,
    now,
    log,
    stopping,
    addWaitMs: config.policy === "stock" ? 0 : config.addWaitMs,
    instanceType: instance.instanceType,
    subnetCidr: (subnet) =>
      [...node.enis.values()].find((eni) => eni.subnet === subnet)?.subnetCidr,
  });
  servers.cni = await startCniServer({
    path: config.cniSocket,
    handle,
    log,
    peerTimeoutMs: PEER_TIMEOUT_MS,
  });
  const { introspectionSocket: path } = config;
  if (path !== undefined)
    servers.introspection = await startIntrospection({ path, pool, instance, now });
}

async function close({ cni, introspection }: Servers): Promise<void> {
  introspection?.closeAllConnections();
  introspection?.close();
  await cni?.close();
}

async function end(parts: {
  readonly servers: Servers;
  readonly loop: RunningLoop;
  readonly checkpoint: Checkpoint;
  readonly stopping: AbortSignal;
}): Promise<void> {
  await aborted(parts.stopping);
  await close(parts.servers);
  await parts.loop.ended;
  await parts.checkpoint.commit();
}

/** What the pool lost or let go is removed from the kernel and from the file. */
function followChange(node: Node, checkpoint: Checkpoint, change: PoolChange): void {
  for (const { pod, key, address } of change.lost) {
    node.log.error(
      { ...pod, key, address: formatIpv4(address) },
      "a pod's address is gone from the node; its network does not work any more",
    );
  }
  if (change.lost.length > 0) {
    checkpoint
      .commit()
      .catch((error: unknown) => node.log.warn(errorFacts(error), "the checkpoint lags"));
  }
  // A lost address may come back on another ENI, for another pod.
  for (const { address } of change.lost) node.kernel.unwirePod(address);
  for (const id of change.removedEnis) forgetEni(node, id);
}

function writeConflist({ cniConfDir, podMtu, vethPrefix, portmap }: AgentConfig): void {
  replaceFile(
    join(cniConfDir, CONFLIST_FILE),
    renderConflist({ mtu: podMtu, vethPrefix, portmap }),
    0o644,
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) =>
    signal.addEventListener("abort", () => resolve(), { once: true }),
  );
}
