import { formatIp } from "../net/index.ts";
import type { Ip, Ipv4 } from "../net/index.ts";
import { Pool } from "../pool/index.ts";
import type { Outcome, SavedLease } from "../pool/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { sweepsLeaks } from "./cluster-duties/cluster-duties.ts";
import { clusterKnown } from "./cluster-known.ts";
import { newCniHandler } from "./cni-handlers.ts";
import type { CniHandler } from "./cni-handlers.ts";
import { cniPartsOf } from "./cni-parts.ts";
import type { CniParts } from "./cni-parts.ts";
import type { AgentConfig } from "./config.ts";
import { discover } from "./discover.ts";
import type { Discovered } from "./discover.ts";
import type { InstanceLimits } from "./ec2.ts";
import { startEniDuties } from "./eni-duties.ts";
import { followCluster } from "./growth.ts";
import type { Growth } from "./growth.ts";
import { because } from "./ledger/reason.ts";
import { sweepLeftovers } from "./leftovers.ts";
import { startLoop } from "./loop.ts";
import type { LoopParts } from "./loop.ts";
import { followChange } from "./lost-addresses.ts";
import { newMetadataEc2 } from "./imds-only/metadata-ec2.ts";
import type { InstanceFacts } from "./metadata.ts";
import { watchHostSetUps } from "./metrics/host-set-ups.ts";
import type { Telemetry } from "./metrics/telemetry.ts";
import type { Node, NodePorts } from "./node.ts";
import { announceFeatures } from "./node-features.ts";
import { followRules } from "./node-group/follow-rules.ts";
import type { NodeRules } from "./node-group/follow-rules.ts";
import { perform } from "./perform.ts";
import { settingsFor } from "./pool-settings.ts";
import { freeAddresses, restore } from "./restore.ts";
import { newSubnetNews } from "./subnet-news.ts";
import { watchVpc } from "./vpc-watch.ts";
import { newWake } from "./wake.ts";
import type { Wake } from "./wake.ts";

const SWEEP_PERIOD_MS = 3_600_000;

/** What an agent is made of beside its ports, wherever it runs. */
export interface CoreParts {
  readonly config: AgentConfig;
  readonly instance: InstanceFacts;
  readonly limits: InstanceLimits;
  /** A checkpoint of the leases that the function gives. */
  readonly openCheckpoint: (leases: () => readonly SavedLease<Ip>[]) => Checkpoint;
  readonly telemetry: Telemetry;
}

/** An agent that has taken over what the last one left, and whose pool moves. */
export interface AgentCore {
  readonly pool: Pool;
  /** Which settings for groups of nodes are in force here. */
  readonly rules: NodeRules;
  /** What serving pods needs, for other ways than CNI's own. */
  readonly cni: CniParts;
  readonly handle: CniHandler;
  /**
   * Resolves when CNI calls should be served: at once if pods are running, whose successors must not wait for EC2; else
   * after the pool's first step.
   */
  readonly servable: Promise<void>;
  /** Resolves when the pool has addresses or wants none, or when the agent has stopped. */
  readonly giving: Promise<void>;
  /** Aborts when the agent ends: because it was to stop, or because it broke. */
  readonly stopping: AbortSignal;
  /** Resolves when the agent's work has ended; rejects if it broke, which is a bug. */
  readonly ended: Promise<void>;
  /** Ends it. */
  stop(): void;
}

/**
 * Starts what every agent does, in the order of the VPC CNI: host and ENIs, leases, growth of the pool.
 * `ports.stopping` stops it. Throws BerthError when the node can't be used.
 */
export async function startCore(given: NodePorts, parts: CoreParts): Promise<AgentCore> {
  const { config, telemetry } = parts;
  const { time } = given;
  const ports = { ...withEc2(given, parts), kernel: watchHostSetUps(given.kernel, telemetry) };
  let leases = (): readonly SavedLease<Ip>[] => [];
  const checkpoint = parts.openCheckpoint(() => leases());
  const saved = ipv4Leases(checkpoint.load(), given);
  const leased: ReadonlySet<Ipv4> = new Set(saved.map(({ address }) => address));
  const found = await because("start", () => discover(ports, { ...parts, leased }));
  const pool = new Pool(settingsFor(config, { ...parts, unmanagedEnis: found.unmanagedEnis }));
  leases = () => pool.leases();
  pool.observe(found.enis, time.nowMs());
  const free = (): Ipv4[] => freeAddresses(pool, time.nowMs());
  await restore(ports, { pool, saved, checkpoint, free });
  telemetry.noteInitialised(pool);
  return run(found, { config, pool, checkpoint, telemetry, wake: newWake(time) });
}

/** Leases of the pods of another address family, which the node had before: their pods have to be made anew. */
function ipv4Leases(saved: readonly SavedLease<Ip>[], { log }: NodePorts): SavedLease[] {
  return saved.flatMap(({ address, ...lease }) => {
    if (typeof address === "number") return [{ ...lease, address }];
    log.warn(
      { ...lease.pod, address: formatIp(address) },
      "a pod of the checkpoint has an IPv6 address, and this agent serves IPv4",
    );
    return [];
  });
}

/** Where instance metadata stands for EC2, whoever is called. */
export function withEc2(ports: NodePorts, { config, instance }: CoreParts): NodePorts {
  if (config.enisFrom === "ec2") return ports;
  const { ec2, metadata } = ports;
  return { ...ports, ec2: newMetadataEc2(ec2, { metadata, instance }) };
}

interface PoolParts {
  readonly config: AgentConfig;
  readonly pool: Pool;
  readonly checkpoint: Checkpoint;
  readonly telemetry: Telemetry;
  readonly wake: Wake;
}

function run({ node, vpcCidrs, described }: Discovered, parts: PoolParts): AgentCore {
  const { pool, checkpoint } = parts;
  // A broken loop stops the whole agent, whose supervisor starts it anew.
  const broken = new AbortController();
  const stopping = AbortSignal.any([node.stopping, broken.signal]);
  const running = { ...node, stopping };
  const growth = followCluster({ ...parts, node: running });
  const rules = followRules({ ...running, ...parts });
  const { telemetry } = parts;
  const stopAnnouncing = announceFeatures(running, { ...parts.config, telemetry });
  const giving: PromiseWithResolvers<void> = Promise.withResolvers();
  let refused = false;
  const onOutcome = (outcome: Outcome | undefined): void => {
    refused ||= outcome?.kind === "failed";
    if (pool.stats(node.time.nowMs()).total > 0) giving.resolve();
  };
  onOutcome(undefined);
  const loop = startLoop(loopParts(running, { ...parts, rules, growth }, onOutcome), stopping);
  // Targets may be met by nothing at all: then the first pod brings the first address.
  void loop.settled.then(() => {
    if (!refused && growth.obstacle === undefined) giving.resolve();
  });
  loop.ended.catch(() => broken.abort());
  void because("watch", () => watchVpc(running, vpcCidrs, stopping));
  startEniDuties(running, { ...parts, described });
  const hasPods = pool.leases().length > 0;
  const ended = loop.ended.finally(async () => {
    growth.stop();
    rules.stop();
    stopAnnouncing();
    giving.resolve();
    await checkpoint.commit();
  });
  ended.catch(() => undefined); // whoever stops it hears of it
  const cni = cniPartsOf(running, {
    ...{ config: parts.config, instance: node.instance, pool, checkpoint, telemetry },
    wake: parts.wake,
    obstacle: () => growth.obstacle,
    subnetCidr: (subnet) =>
      [...node.enis.values()].find((eni) => eni.subnet === subnet)?.subnetCidr,
  });
  return {
    pool,
    rules,
    cni,
    handle: newCniHandler(cni),
    servable: hasPods ? Promise.resolve() : loop.settled,
    giving: giving.promise,
    stopping,
    ended,
    stop: () => broken.abort(),
  };
}

function loopParts(
  node: Node,
  given: PoolParts & { readonly rules: NodeRules; readonly growth: Growth },
  onOutcome: (outcome: Outcome) => void,
): LoopParts {
  const { time, log } = node;
  const { pool, checkpoint, telemetry, wake, rules, growth } = given;
  const tellSubnets = newSubnetNews(node, () => pool.settings);
  return {
    pool,
    wake,
    time,
    log,
    begin: clusterKnown(node, rules.ready).then(() => growth.checked()),
    perform: (step) => because(step.kind, () => perform(node, step)),
    onOutcome: (step, outcome, change) => {
      onOutcome(outcome);
      telemetry.noteStep(step, outcome, change);
      tellSubnets(step, outcome);
      if (pool.settings.unmanagedEnis !== node.unmanaged.size)
        pool.follow({ unmanagedEnis: node.unmanaged.size }, time.nowMs());
      followChange(node, checkpoint, change);
    },
    houseKeep: async (nowMs) => {
      if (sweepsLeaks(given.config)) await because("sweep", () => sweepLeftovers(node));
      // After the start one agent sweeps for all of the cluster, if there is one.
      return node.cluster === undefined ? nowMs + SWEEP_PERIOD_MS : Infinity;
    },
  };
}
