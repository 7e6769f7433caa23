import { ADDRESSES_PER_PREFIX } from "../../facts/index.ts";
import { cidrSize, formatCidr } from "../../net/index.ts";
import type { Pool, PoolSettings, WorkStep } from "../../pool/index.ts";
import type { Family } from "./exposition.ts";
import { gauge, value } from "./instruments.ts";

/** What the pool holds at this moment, under the VPC CNI's names and Berth's. */
export function poolFamilies(pool: Pool, nowMs: number): Family[] {
  return [...stockFamilies(pool, nowMs), ...ownFamilies(pool, nowMs)];
}

function stockFamilies(pool: Pool, nowMs: number): Family[] {
  const { settings, underWay } = pool;
  const enis = pool.enis(nowMs);
  const blocks = enis.flatMap((eni) => eni.blocks);
  const busy = blocks.filter(({ assigned }) => assigned > 0);
  return [
    single(
      "awscni_eni_max",
      "The maximum number of ENIs that can be attached to the instance",
      usableEnis(settings),
    ),
    single(
      "awscni_ip_max",
      "The maximum number of IP addresses that can be allocated to the instance",
      mostAddresses(settings),
    ),
    single("awscni_eni_allocated", "The number of ENIs allocated", enis.length),
    single(
      "awscni_total_ip_addresses",
      "The total number of IP addresses",
      sum(blocks.map(({ cidr }) => cidrSize(cidr))),
    ),
    single(
      "awscni_assigned_ip_addresses",
      "The number of IP addresses assigned to pods",
      sum(blocks.map(({ assigned }) => assigned)),
    ),
    single(
      "awscni_total_ipv4_prefixes",
      "The total number of IPv4 prefixes",
      blocks.filter(({ cidr }) => cidr.bits === 28).length,
    ),
    gauge(
      {
        name: "awscni_assigned_ip_per_cidr",
        help: "The total number of IP addresses assigned per cidr",
      },
      busy.map(({ cidr, assigned }) => ({ labels: { cidr: formatCidr(cidr) }, value: assigned })),
    ),
    gauge(
      {
        name: "awscni_assigned_ip_per_eni",
        help: "The number of allocated ips partitioned by eni",
      },
      enis.map((eni) => ({
        labels: { eni: eni.id },
        value: sum(eni.blocks.map(({ assigned }) => assigned)),
      })),
    ),
    gauge(
      { name: "awscni_ipamd_action_inprogress", help: "The number of ipamd actions in progress" },
      ACTIONS.map((fn) => ({
        labels: { fn },
        value: underWay !== undefined && actionOf(underWay) === fn ? 1 : 0,
      })),
    ),
  ];
}

function ownFamilies(pool: Pool, nowMs: number): Family[] {
  const { total, assigned, cooling, available, prefixes, freePrefixes } = pool.stats(nowMs);
  const states = Object.entries({ total, assigned, cooling, available });
  return [
    gauge(
      {
        name: "berth_pool_addresses",
        help: "Addresses of the unit in force, by state; cooling ones rest after their pod",
      },
      states.map(([state, amount]) => ({ labels: { state }, value: amount })),
    ),
    gauge({ name: "berth_pool_prefixes", help: "Prefixes of /28, and those without any pod" }, [
      { labels: { state: "total" }, value: prefixes },
      { labels: { state: "free" }, value: freePrefixes },
    ]),
  ];
}

function single(name: string, help: string, amount: number): Family {
  return gauge({ name, help }, value(amount));
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}

/** ENIs that the node may have for pods. */
export function usableEnis({ maxEnis, unmanagedEnis }: PoolSettings): number {
  return Math.max(0, maxEnis - unmanagedEnis);
}

/** Addresses for pods that the node may have. */
export function mostAddresses(settings: PoolSettings): number {
  const perSlot = settings.unit === "prefix" ? ADDRESSES_PER_PREFIX : 1;
  return usableEnis(settings) * settings.slotsPerEni * perSlot;
}

const ACTIONS = [
  "nodeInit",
  "increaseDatastorePool",
  "decreaseDatastorePool",
  "nodeIPPoolReconcile",
] as const;

function actionOf({ kind }: WorkStep): (typeof ACTIONS)[number] {
  if (kind === "createEni" || kind === "assignBlocks") return "increaseDatastorePool";
  if (kind === "freeEni" || kind === "unassignBlocks") return "decreaseDatastorePool";
  return "nodeIPPoolReconcile";
}
