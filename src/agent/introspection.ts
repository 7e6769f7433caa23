import { eniRouteTable } from "../dataplane/index.ts";
import { formatCidr, formatIp, formatIpv4 } from "../net/index.ts";
import type { Pool } from "../pool/index.ts";
import type { Time } from "../time/index.ts";
import type { Cluster } from "./cluster.ts";
import type { AgentConfig } from "./config.ts";
import { eniConfigName } from "./eni-place.ts";
import type { Page } from "./http-endpoint.ts";
import { callReport } from "./ledger/call-report.ts";
import type { InstanceFacts } from "./metadata.ts";
import type { Telemetry } from "./metrics/telemetry.ts";
import type { NodeRules } from "./node-group/follow-rules.ts";
import { parseOwnerKey } from "./owner.ts";
import type { PodAddresses } from "./pod-addresses.ts";
import { eniInfos } from "./stock/eni-infos.ts";
import { networkSettings, poolSettingsShown } from "./stock/settings-shown.ts";

/** What can be asked about. */
export interface IntrospectionParts {
  readonly config: AgentConfig;
  readonly pool: Pool;
  /** Who gives pods their addresses: the pool, or in IPv6 clusters the prefix. */
  readonly cni: { readonly pool: Pick<PodAddresses, "leases"> };
  readonly rules: Pick<NodeRules, "inForce">;
  readonly instance: InstanceFacts;
  readonly cluster: Pick<Cluster, "node"> | undefined;
  readonly time: Time;
  readonly telemetry: Pick<Telemetry, "ledger" | "podStarts" | "startedMs">;
}

/**
 * The answer to each path: those of the VPC CNI v1.23 with its shapes, `/v1/pool` and `/v1/ec2-calls`. Any other path
 * answers with the list of them.
 */
export function introspectionPages(parts: IntrospectionParts): (path: string) => Page {
  const { config, pool, cluster, time } = parts;
  const pages: Readonly<Record<string, () => Page>> = {
    "/v1/enis": () =>
      json(
        eniInfos(
          [
            {
              card: 0,
              pool,
              routeTable: (deviceIndex) => eniRouteTable({ networkCard: 0, deviceIndex }),
            },
          ],
          time.nowMs(),
        ),
      ),
    "/v1/eni-configs": () => eniConfigPage(config, cluster),
    "/v1/networkutils-env-settings": () => json(networkSettings(config)),
    "/v1/ipamd-env-settings": () => json(poolSettingsShown(config)),
    "/v1/pool": () => json(poolReport(parts)),
    "/v1/ec2-calls": () => json(callReport(parts)),
  };
  const list = json({ AvailableCommands: Object.keys(pages) });
  return (path) => pages[path]?.() ?? list;
}

/** A JSON string, the name of this node's ENIConfig, as the VPC CNI answers it. */
function eniConfigPage(
  { customNetworking }: AgentConfig,
  cluster: Pick<Cluster, "node"> | undefined,
): Page {
  const node = cluster?.node();
  if (node === undefined)
    return { ...json({ error: "the node's object is not known" }), status: 404 };
  return json(customNetworking === undefined ? "default" : eniConfigName(node, customNetworking));
}

function json(value: unknown): Page {
  return { body: `${JSON.stringify(value)}\n` };
}

/** The pool in texts and numbers; addresses and blocks in decimal, times in ms since 1970. */
export function poolReport({
  pool,
  cni,
  rules,
  instance,
  time,
}: Pick<IntrospectionParts, "pool" | "cni" | "rules" | "instance" | "time">): object {
  const nowMs = time.nowMs();
  const { rule = null, set, fault = null } = rules.inForce;
  return {
    instanceId: instance.instanceId,
    instanceType: instance.instanceType,
    policy: pool.settings.policy,
    targets: targetsShown(pool),
    nodeSettings: { rule, set, fault },
    stats: pool.stats(nowMs),
    underWay: pool.underWay?.kind ?? null,
    enis: pool.enis(nowMs).map(({ primaryAddress, blocks, ...eni }) => ({
      ...eni,
      primaryAddress: formatIpv4(primaryAddress),
      blocks: blocks.map(({ cidr, ...block }) => ({ cidr: formatCidr(cidr), ...block })),
    })),
    assignments: cni.pool.leases().map(({ key, pod, address, eniId, assignedAtMs }) => ({
      ...pod,
      ...parseOwnerKey(key),
      address: formatIp(address),
      eniId,
      assignedAtMs: Math.round(assignedAtMs),
    })),
  };
}

/** The targets in force, by the names of their variables. */
function targetsShown({ settings }: Pool): object {
  return {
    WARM_ENI_TARGET: settings.warmEniTarget,
    WARM_IP_TARGET: settings.warmIpTarget,
    MINIMUM_IP_TARGET: settings.minimumIpTarget,
    WARM_PREFIX_TARGET: settings.warmPrefixTarget,
    MAX_ENI: settings.maxEnis,
    IP_COOLDOWN_PERIOD: settings.cooldownMs / 1000,
  };
}
