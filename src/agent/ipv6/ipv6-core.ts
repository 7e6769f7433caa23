import { EGRESS_CAPACITY } from "../../dataplane/index.ts";
import type { Ip } from "../../net/index.ts";
import { Ipv6Pool, Pool } from "../../pool/index.ts";
import type { SavedLease } from "../../pool/index.ts";
import { aborted } from "../aborted.ts";
import { withEc2 } from "../agent-core.ts";
import type { AgentCore, CoreParts } from "../agent-core.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { newCniHandler } from "../cni-handlers.ts";
import { cniPartsOf } from "../cni-parts.ts";
import { findPrimaryEni } from "../discover.ts";
import type { Ec2Eni } from "../ec2.ts";
import { missingTags } from "../eni-tags.ts";
import { NOT_PROVISIONING } from "../growth.ts";
import { because } from "../ledger/reason.ts";
import { errorFacts } from "../log.ts";
import { watchHostSetUps } from "../metrics/host-set-ups.ts";
import type { Ipv6Mode } from "../modes.ts";
import { requireNitro } from "../modes.ts";
import type { NodePorts } from "../node.ts";
import { followRules } from "../node-group/follow-rules.ts";
import { settingsFor } from "../pool-settings.ts";
import { restore } from "../restore.ts";
import { newWake } from "../wake.ts";
import type { Wake } from "../wake.ts";
import { keepPrefix } from "./prefix-keeper.ts";
import type { PrefixKeeper } from "./prefix-keeper.ts";

/** All numbers of a /80. */
const PREFIX_CAPACITY = 2 ** 48;

/**
 * Starts an agent of an IPv6 cluster: host, the primary ENI's prefix, leases. Nothing is kept warm, as a prefix never runs
 * out. Throws BerthError when the node can't be used.
 */
export async function startIpv6Core(
  given: NodePorts,
  parts: CoreParts,
  mode: Ipv6Mode,
): Promise<AgentCore> {
  const { config, instance, limits, telemetry } = parts;
  requireNitro(config, { limits, instanceType: instance.instanceType });
  const ports = { ...withEc2(given, parts), kernel: watchHostSetUps(given.kernel, telemetry) };
  const addresses = new Ipv6Pool({
    policy: config.policy,
    cooldownMs: config.cooldownMs,
    capacity: mode.ipv4Egress === "on" ? EGRESS_CAPACITY : PREFIX_CAPACITY,
    provisioning: config.provisioning,
  });
  const checkpoint = parts.openCheckpoint(() => addresses.leases());
  const saved = checkpoint.load();
  const { localIpv4: primaryAddress, primaryMac } = instance;
  ports.kernel.setUpHost({ primaryAddress, primaryMac, vpcCidrs: [] });
  const eni = await because("start", () => findPrimaryEni(ports, instance));
  if (eni.ipv6Prefixes.length > 0)
    addresses.observe({ eniId: eni.id, deviceIndex: 0, prefixes: eni.ipv6Prefixes });
  await restoreLeases(ports, { addresses, saved, checkpoint });
  await because("start", () => tagPrimary(ports, parts, eni));
  return run(ports, { ...parts, addresses, checkpoint, eni, wake: newWake(ports.time) });
}

async function restoreLeases(
  ports: NodePorts,
  {
    addresses,
    saved,
    checkpoint,
  }: {
    readonly addresses: Ipv6Pool;
    readonly saved: readonly SavedLease<Ip>[];
    readonly checkpoint: Checkpoint;
  },
): Promise<void> {
  const free = (): ((address: Ip) => boolean) => {
    const leased = new Set<Ip>(addresses.leases().map(({ address }) => address));
    return (address) =>
      typeof address !== "number" && addresses.owns(address) && !leased.has(address);
  };
  await restore(ports, { pool: addresses, saved, checkpoint, free });
}

/** A failure is logged only: tags are for people and for the next start. */
async function tagPrimary(
  { ec2, log }: NodePorts,
  { config, instance }: CoreParts,
  eni: Ec2Eni,
): Promise<void> {
  const { clusterName, additionalTags, provisioning } = config;
  const tagging = { instance: instance.instanceId, clusterName, additionalTags };
  const tags = missingTags(tagging, eni.tags);
  if (provisioning === "off" || Object.keys(tags).length === 0) return;
  try {
    await ec2.tag(eni.id, tags);
  } catch (error) {
    log.warn({ eni: eni.id, ...errorFacts(error) }, "the primary ENI could not be tagged");
  }
}

interface Running extends CoreParts {
  readonly addresses: Ipv6Pool;
  readonly checkpoint: Checkpoint;
  readonly eni: Ec2Eni;
  readonly wake: Wake;
}

function run(ports: NodePorts, parts: Running): AgentCore {
  const { config, telemetry, addresses, checkpoint, wake } = parts;
  const broken = new AbortController();
  const stopping = AbortSignal.any([ports.stopping, broken.signal]);
  // Metrics and introspection count IPv4 addresses; there are none.
  const pool = new Pool(settingsFor(config, { ...parts, unmanagedEnis: 0 }));
  telemetry.noteInitialised(pool);
  const rules = followRules({ ...ports, ...parts, pool, wake });
  const keeper = keepPrefix(ports, parts, stopping);
  keeper.ended.catch(() => broken.abort());
  const { instance } = parts;
  const cni = cniPartsOf(
    { ...ports, stopping },
    {
      ...{ config, instance, pool: addresses, checkpoint, telemetry, wake },
      obstacle: () => (config.provisioning === "off" ? NOT_PROVISIONING : undefined),
      subnetCidr: () => undefined,
    },
  );
  const ended = finish(keeper, stopping).finally(async () => {
    rules.stop();
    await checkpoint.commit();
  });
  ended.catch(() => undefined); // whoever stops it hears of it
  return {
    pool,
    rules,
    cni,
    handle: newCniHandler(cni),
    servable: addresses.leases().length > 0 ? Promise.resolve() : keeper.tried,
    giving: keeper.ended.catch(() => undefined),
    stopping,
    ended,
    stop: () => broken.abort(),
  };
}

async function finish(keeper: PrefixKeeper, stopping: AbortSignal): Promise<void> {
  await keeper.ended;
  await aborted(stopping);
}
