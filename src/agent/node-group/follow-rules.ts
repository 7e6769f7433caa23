import type { Pool, PoolSettings } from "../../pool/index.ts";
import type { Cluster } from "../cluster.ts";
import type { AgentConfig } from "../config.ts";
import type { InstanceLimits } from "../ec2.ts";
import type { Log } from "../log.ts";
import { settingsFor } from "../pool-settings.ts";
import { findConflict } from "../settings/conflicts.ts";
import type { Time } from "../../time/index.ts";
import type { Wake } from "../wake.ts";
import type { NodeRule, RuleSettings } from "./node-rule.ts";
import { RULES_CONFIG_MAP } from "./node-rule.ts";

/** What rules act on. */
export interface RulesParts {
  readonly cluster: Cluster | undefined;
  readonly config: AgentConfig;
  readonly limits: InstanceLimits;
  readonly pool: Pool;
  readonly wake: Wake;
  readonly time: Pick<Time, "nowMs">;
  readonly log: Log;
}

/** Which rule of `berth-node-settings` is in force on this node. */
export interface RuleInForce {
  /** Undefined: none matches; the agent's environment alone is in force. */
  readonly rule: string | undefined;
  readonly set: RuleSettings;
  /** Why the ConfigMap as it is now is not followed; the last good one is. */
  readonly fault: string | undefined;
}

/** Keeps the pool's targets as the rules have them, until it is stopped. */
export interface NodeRules {
  readonly inForce: RuleInForce;
  /** Resolves when the rules that there are at the start are in force, or can't be read. Never rejects. */
  readonly ready: Promise<void>;
  /** Resolves when what the cluster has said until now is in force. */
  settled(): Promise<void>;
  stop(): void;
}

/**
 * Follows the ConfigMap `kube-system/berth-node-settings` and the node's labels: the first rule that matches sets the
 * pool's targets, without a restart. A ConfigMap that is malformed changes nothing, and is told in the log and in an
 * event on the node that names rule and field.
 */
export function followRules(parts: RulesParts): NodeRules {
  const { cluster } = parts;
  const follower = new RulesFollower(parts);
  if (cluster === undefined)
    return {
      inForce: follower.inForce,
      ready: Promise.resolve(),
      settled: () => Promise.resolve(),
      stop: () => undefined,
    };
  // In turn: what reads the rules is loaded when there are some for the first time.
  let work: Promise<void> = Promise.resolve();
  const look = (): Promise<void> => (work = work.then(() => follower.look(cluster)));
  const stop = cluster.onChange(() => void look());
  return {
    get inForce() {
      return follower.inForce;
    },
    ready: Promise.all([cluster.rulesRead, cluster.synced]).then(look),
    settled: () => work,
    stop,
  };
}

class RulesFollower {
  readonly #parts: RulesParts;
  #text: string | undefined;
  #rules: readonly NodeRule[] = [];
  #inForce: RuleInForce = { rule: undefined, set: {}, fault: undefined };

  constructor(parts: RulesParts) {
    this.#parts = parts;
  }

  get inForce(): RuleInForce {
    return this.#inForce;
  }

  async look(cluster: Cluster): Promise<void> {
    const text = cluster.nodeRules();
    if (text !== this.#text) await this.#read(cluster, text);
    this.#text = text;
    const labels = cluster.node()?.labels;
    if (labels === undefined) return;
    const rule = this.#rules.find(({ matches }) => matches(labels));
    this.#apply(rule);
  }

  async #read(cluster: Cluster, text: string | undefined): Promise<void> {
    const read = text === undefined ? NO_RULES : await readChecked(text, this.#parts.config);
    const fault = read.ok ? undefined : read.error;
    if (read.ok) this.#rules = read.value;
    this.#inForce = { ...this.#inForce, fault };
    if (fault === undefined) return;
    const message = `ConfigMap kube-system/${RULES_CONFIG_MAP} is not followed: ${fault}. The settings from before stay in force.`;
    this.#parts.log.warn({ fault }, message);
    cluster.tell({ kind: "node" }, { severity: "Warning", reason: "InvalidNodeSettings", message });
  }

  #apply(rule: NodeRule | undefined): void {
    const { pool, wake, time, log, config, limits } = this.#parts;
    const set = rule?.set ?? {};
    this.#inForce = { ...this.#inForce, rule: rule?.name, set };
    const wanted = targetsOf(ruledConfig(config, set), limits);
    const settings = { ...pool.settings, ...wanted };
    if (sameTargets(settings, pool.settings)) return;
    pool.configure(settings, time.nowMs());
    log.info(
      { rule: rule?.name ?? null, set },
      "the pool follows the settings for this node's group",
    );
    wake.call();
  }
}

const NO_RULES = { ok: true, value: [] } as const;

async function readChecked(
  text: string,
  config: AgentConfig,
): Promise<{ ok: true; value: readonly NodeRule[] } | { ok: false; error: string }> {
  // Loaded when there are rules: most nodes have none, and the memory of an agent is paid on every node.
  const { readNodeRules } = await import("./read-rules.ts");
  const read = readNodeRules(text);
  if (!read.ok) return read;
  for (const { name, set } of read.value) {
    const conflict = findConflict(ruledConfig(config, set));
    if (conflict !== undefined)
      return {
        ok: false,
        error: `rule "${name}", field set: ${conflict.message.replace(/\.$/, "")}`,
      };
  }
  return read;
}

/** The agent's settings with what a rule sets. */
function ruledConfig(config: AgentConfig, set: RuleSettings): AgentConfig {
  const { warm, maxEnis, cooldownMs } = config;
  return {
    ...config,
    warm: {
      enis: set.WARM_ENI_TARGET ?? warm.enis,
      ips: set.WARM_IP_TARGET ?? warm.ips,
      minimumIps: set.MINIMUM_IP_TARGET ?? warm.minimumIps,
      prefixes: set.WARM_PREFIX_TARGET ?? warm.prefixes,
    },
    maxEnis: set.MAX_ENI ?? maxEnis,
    cooldownMs: set.IP_COOLDOWN_PERIOD === undefined ? cooldownMs : set.IP_COOLDOWN_PERIOD * 1000,
  };
}

type Targets = Pick<
  PoolSettings,
  | "warmEniTarget"
  | "warmIpTarget"
  | "minimumIpTarget"
  | "warmPrefixTarget"
  | "maxEnis"
  | "cooldownMs"
>;

function targetsOf(config: AgentConfig, limits: InstanceLimits): Targets {
  const all = settingsFor(config, { limits, unmanagedEnis: 0 });
  const { warmEniTarget, warmIpTarget, minimumIpTarget, warmPrefixTarget } = all;
  const { maxEnis, cooldownMs } = all;
  return { warmEniTarget, warmIpTarget, minimumIpTarget, warmPrefixTarget, maxEnis, cooldownMs };
}

function sameTargets(one: Targets, other: Targets): boolean {
  return (
    one.warmEniTarget === other.warmEniTarget &&
    one.warmIpTarget === other.warmIpTarget &&
    one.minimumIpTarget === other.minimumIpTarget &&
    one.warmPrefixTarget === other.warmPrefixTarget &&
    one.maxEnis === other.maxEnis &&
    one.cooldownMs === other.cooldownMs
  );
}
