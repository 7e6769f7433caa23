import { eniConfigName } from "../eni-place.ts";
import type { Cluster, NamedEniConfig } from "../cluster.ts";
import { errorFacts } from "../log.ts";
import type { Node } from "../node.ts";
import { isNews, statusOf } from "./status.ts";
import type { EniConfigFacts } from "./problem.ts";
import type { EniConfigStatus } from "../../kube-client/index.ts";

/** How often nodes, subnets and security groups are looked at. */
const PERIOD_MS = 30_000;
/** Changes of ENIConfigs come in groups: one `kubectl apply` of all zones is one look. */
const SETTLE_MS = 500;

/** Keeps the status of every ENIConfig until `term` aborts. Done by one agent for the cluster. */
export async function writeEniConfigStatuses(
  node: Node,
  cluster: Cluster,
  term: AbortSignal,
): Promise<void> {
  const { time, log } = node;
  const told: Told = new Map();
  let woken = new AbortController();
  let seen = "";
  // Its own writes wake nobody.
  const stop = cluster.onChange(() => {
    if (versionsOf(cluster) !== seen) woken.abort();
  });
  while (!term.aborted) {
    woken = new AbortController();
    seen = versionsOf(cluster);
    try {
      await writeAll(node, { cluster, told, term });
    } catch (error) {
      log.warn(errorFacts(error), "the status of the ENIConfigs could not be brought up to date");
    }
    await time.sleep(PERIOD_MS, { signal: AbortSignal.any([term, woken.signal]) });
    await time.sleep(SETTLE_MS, { signal: term });
  }
  stop();
}

function versionsOf(cluster: Cluster): string {
  return JSON.stringify(cluster.eniConfigs().map(({ uid, generation }) => [uid, generation]));
}

/** What was said last about each ENIConfig, by uid: a definition without status keeps nothing. */
type Told = Map<string, EniConfigStatus>;

interface Writing {
  readonly cluster: Cluster;
  readonly told: Told;
  readonly term: AbortSignal;
}

async function writeAll(node: Node, { cluster, told, term }: Writing): Promise<void> {
  const { customNetworking, instance, time } = node;
  const configs = cluster.eniConfigs();
  if (configs.length === 0 || customNetworking === undefined) return;
  const facts = await askEc2(node, configs);
  const named = Map.groupBy(await cluster.nodes(), (each) => eniConfigName(each, customNetworking));
  for (const config of configs) {
    // Another agent may be writing by now.
    if (term.aborted) return;
    const nodes = named.get(config.name) ?? [];
    const nowMs = time.nowMs();
    const status = statusOf({ ...facts, config, nodes, vpc: instance.vpc, nowMs });
    if (!isNews(status, config.status)) continue;
    await cluster.writeStatus(config.name, status);
    tell(cluster, { ...config, status: config.status ?? told.get(config.uid) }, status);
    told.set(config.uid, status);
  }
}

/** One question for all of them: nodes would ask the same each for itself. */
async function askEc2({ ec2 }: Node, configs: readonly NamedEniConfig[]): Promise<EniConfigFacts> {
  const valid = configs.flatMap(({ found }) => (found.ok ? [found.value] : []));
  const subnets = await ec2.subnets({ ids: [...new Set(valid.map(({ subnet }) => subnet))] });
  const ids = new Set(valid.flatMap(({ securityGroups }) => securityGroups));
  return { subnets, groups: await ec2.securityGroups([...ids]) };
}

/** What has become wrong, or right, is an event on the ENIConfig too. */
function tell(
  cluster: Cluster,
  { name, uid, status: before }: NamedEniConfig,
  now: EniConfigStatus,
): void {
  const ready = now.conditions.find(({ type }) => type === "Ready");
  const old = before?.conditions.find(({ type }) => type === "Ready");
  if (ready === undefined || (ready.status === old?.status && ready.reason === old.reason)) return;
  const severity = ready.status === "False" ? "Warning" : "Normal";
  if (severity === "Normal" && old === undefined) return;
  const { reason, message } = ready;
  cluster.tell({ kind: "eniConfig", name, uid }, { severity, reason, message });
}
