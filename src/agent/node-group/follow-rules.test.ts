import { afterEach, expect, test } from "vitest";
import { Pool } from "../../pool/index.ts";
import { readAgentConfig } from "../config.ts";
import type { Log } from "../log.ts";
import { settingsFor } from "../pool-settings.ts";
import { TinyCluster } from "../tiny-cluster.ts";
import { LIMITS } from "../tiny-instance.ts";
import { TinyTime } from "../tiny-time.ts";
import type { Environment } from "../variable-reader.ts";
import { newWake } from "../wake.ts";
import { followRules } from "./follow-rules.ts";
import type { NodeRules } from "./follow-rules.ts";

const RULES = `
- name: large
  selector: { matchLabels: { size: large } }
  set: { WARM_IP_TARGET: 20, MINIMUM_IP_TARGET: 100 }
- name: small
  selector: { matchLabels: { size: small } }
  set: { WARM_ENI_TARGET: 0, WARM_PREFIX_TARGET: 2, MAX_ENI: 2, IP_COOLDOWN_PERIOD: 60 }
`;

const followed: NodeRules[] = [];
afterEach(() => {
  for (const rules of followed.splice(0)) rules.stop();
});

interface Followed {
  readonly cluster: TinyCluster;
  readonly pool: Pool;
  readonly rules: NodeRules;
  readonly lines: readonly string[];
  /** How often the pool was woken. */
  readonly woken: () => number;
  /** Lets the cluster change, and what follows from that. */
  readonly change: (how: (cluster: TinyCluster) => void) => Promise<void>;
}

async function follow(
  given: { rules?: string; env?: Environment; size?: string } = {},
): Promise<Followed> {
  const { rules: text, env = {}, size = "small" } = given;
  const cluster = new TinyCluster();
  cluster.rules = text;
  cluster.setNode({ labels: { size } });
  const config = readAgentConfig(env);
  const pool = new Pool(settingsFor(config, { limits: LIMITS, unmanagedEnis: 0 }));
  const time = new TinyTime();
  const lines: string[] = [];
  let woken = 0;
  const wake = {
    ...newWake(time),
    call: () => {
      woken++;
    },
  };
  const parts = { cluster, config, limits: LIMITS, pool, wake, time, log: logInto(lines) };
  const rules = followRules(parts);
  followed.push(rules);
  await rules.ready;
  async function change(how: (cluster: TinyCluster) => void): Promise<void> {
    how(cluster);
    cluster.changed();
    await rules.settled();
  }
  return { cluster, pool, rules, lines, woken: () => woken, change };
}

function logInto(lines: string[]): Log {
  const note = (_facts: unknown, text?: string): void => {
    lines.push(text ?? "");
  };
  return { debug: () => undefined, info: note, warn: note, error: note };
}

test("the first rule that matches the node's labels sets its targets; the rest is the environment's", async () => {
  const { pool, rules } = await follow({
    rules: RULES,
    env: { WARM_ENI_TARGET: "2" },
    size: "large",
  });
  expect(pool.settings).toMatchObject({ warmIpTarget: 20, minimumIpTarget: 100, warmEniTarget: 2 });
  expect(rules.inForce).toEqual({
    rule: "large",
    set: { WARM_IP_TARGET: 20, MINIMUM_IP_TARGET: 100 },
    fault: undefined,
  });
});

test("every setting of a rule reaches the pool, within the instance's limits", async () => {
  const { pool, woken } = await follow({ rules: RULES });
  expect(pool.settings).toMatchObject({
    warmEniTarget: 0,
    warmPrefixTarget: 2,
    maxEnis: 2,
    cooldownMs: 60_000,
  });
  expect(woken()).toBe(1);
  const more = await follow({ rules: "[{ name: a, selector: {}, set: { MAX_ENI: 50 } }]" });
  expect(more.pool.settings.maxEnis).toBe(LIMITS.enis);
});

test("without a ConfigMap, or a rule that matches, the environment alone is in force", async () => {
  for (const given of [{}, { rules: RULES, size: "medium" }]) {
    const { pool, rules, woken } = await follow(given);
    expect(rules.inForce).toEqual({ rule: undefined, set: {}, fault: undefined });
    expect(pool.settings).toMatchObject({ warmEniTarget: 1, warmIpTarget: 0 });
    expect(woken()).toBe(0);
  }
});

test("changes of the ConfigMap and of the node's labels are followed at run time", async () => {
  const { pool, rules, change, lines } = await follow();
  await change((cluster) => (cluster.rules = RULES));
  expect(pool.settings).toMatchObject({ warmEniTarget: 0, warmIpTarget: 0 });
  await change((cluster) => cluster.setNode({ labels: { size: "large" } }));
  expect(rules.inForce.rule).toBe("large");
  expect(pool.settings).toMatchObject({ warmEniTarget: 1, warmIpTarget: 20, maxEnis: 3 });
  await change((cluster) => (cluster.rules = undefined));
  expect(rules.inForce.rule).toBeUndefined();
  expect(pool.settings).toMatchObject({ warmEniTarget: 1, warmIpTarget: 0, cooldownMs: 30_000 });
  expect(lines).toHaveLength(3);
});

test("what the cluster says about max pods and cordons stays when a rule comes", async () => {
  const { pool, change } = await follow();
  pool.follow({ growth: "paused", maxPods: 11 }, 0);
  await change((cluster) => (cluster.rules = RULES));
  expect(pool.settings).toMatchObject({ growth: "paused", maxPods: 11, warmEniTarget: 0 });
});

test("a bad rule is told by name and field, and the last good settings stay", async () => {
  const { pool, rules, change, cluster, lines } = await follow({ rules: RULES, size: "large" });
  const bad = RULES.replace("WARM_IP_TARGET: 20", "WARM_IP_TARGET: lots");
  await change((it) => (it.rules = bad));
  const fault = 'rule "large", field set.WARM_IP_TARGET: must be a whole number from 0 to 10000';
  expect(rules.inForce).toMatchObject({ rule: "large", fault });
  expect(pool.settings.warmIpTarget).toBe(20);
  const message = `ConfigMap kube-system/berth-node-settings is not followed: ${fault}. The settings from before stay in force.`;
  expect(cluster.news("node")).toEqual([`Warning InvalidNodeSettings: ${message}`]);
  expect(lines.at(-1)).toBe(message);
  await change((it) => it.setNode({ labels: { size: "small" } }));
  expect(rules.inForce).toMatchObject({ rule: "small", fault });
  expect(cluster.news("node")).toHaveLength(1);
  await change((it) => (it.rules = RULES));
  expect(rules.inForce).toMatchObject({ rule: "small", fault: undefined });
});

test("a rule that contradicts the environment is refused as the environment would be", async () => {
  const { rules, pool } = await follow({
    rules: "[{ name: none, selector: {}, set: { WARM_PREFIX_TARGET: 0 } }]",
    env: { ENABLE_PREFIX_DELEGATION: "true" },
  });
  expect(rules.inForce.fault).toMatch(
    /^rule "none", field set: ENABLE_PREFIX_DELEGATION=true with WARM_PREFIX_TARGET=0 /,
  );
  expect(pool.settings.warmPrefixTarget).toBe(1);
});

test("without Kubernetes there are no rules", async () => {
  const config = readAgentConfig({});
  const pool = new Pool(settingsFor(config, { limits: LIMITS, unmanagedEnis: 0 }));
  const time = new TinyTime();
  const wake = newWake(time);
  const parts = { cluster: undefined, config, limits: LIMITS, pool, wake, time, log: logInto([]) };
  const rules = followRules(parts);
  await rules.ready;
  expect(rules.inForce).toEqual({ rule: undefined, set: {}, fault: undefined });
  rules.stop();
});
