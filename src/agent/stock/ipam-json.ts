import { formatIp, parseIp } from "../../net/index.ts";
import type { Ip } from "../../net/index.ts";
import type { SavedLease } from "../../pool/index.ts";
import { isRecord } from "../json.ts";
import { fromStockKey, stockKeyOf } from "./stock-key.ts";

/** The version that the VPC CNI writes into its checkpoint, and the only one that it reads. */
export const STOCK_CHECKPOINT_VERSION = "vpc-cni-ipam/1";

/** A lease of the VPC CNI. */
export interface StockLease extends SavedLease<Ip> {
  /** When it was assigned, in nanoseconds since 1970, as the file has it: too long for a number. */
  readonly timestampNs: string;
}

/** What a checkpoint of the VPC CNI says. */
export type StockCheckpoint =
  | { readonly ok: true; readonly leases: readonly StockLease[] }
  | { readonly ok: false; readonly why: string };

/** Reads a checkpoint of the VPC CNI (`ipam.json`, release 1.10 and later). */
export function parseStockCheckpoint(text: string): StockCheckpoint {
  const json = parseJson(text);
  if (json === undefined) return fault("it is not JSON, or was cut off");
  if (!isRecord(json) || typeof json["version"] !== "string") return fault("it has no version");
  const { version, allocations } = json;
  if (version !== STOCK_CHECKPOINT_VERSION)
    return fault(
      `its version is ${version}, and ${STOCK_CHECKPOINT_VERSION} is the one that is known`,
    );
  // Go writes a list that was never filled as null.
  const entries: unknown = allocations ?? [];
  if (!Array.isArray(entries)) return fault("its allocations are no list");
  const leases: StockLease[] = [];
  for (const [index, entry] of entries.entries()) {
    const lease = parseEntry(entry);
    if (lease === undefined) return fault(`allocation ${index} is not one`);
    leases.push(lease);
  }
  const double = firstDouble(leases);
  if (double !== undefined) return fault(`it gives ${formatIp(double)} to two pods`);
  return { ok: true, leases };
}

function fault(why: string): StockCheckpoint {
  return { ok: false, why };
}

/** Time stamps stay texts: a number would lose their last three digits. */
function parseJson(text: string): unknown {
  const keepDigits = (key: string, value: unknown, context?: { source?: string }): unknown =>
    key === "allocationTimestamp" && typeof value === "number" ? context?.source : value;
  try {
    return JSON.parse(text, keepDigits);
  } catch {
    return undefined;
  }
}

function parseEntry(entry: unknown): StockLease | undefined {
  if (!isRecord(entry)) return undefined;
  const { networkName, containerID, ifName, ipv4, ipv6, allocationTimestamp } = entry;
  const names = [networkName, containerID, ifName];
  if (names.some((name) => typeof name !== "string" || name.includes("/"))) return undefined;
  const text = ipv4 ?? ipv6;
  const address = typeof text === "string" ? parseIp(text) : undefined;
  if (address === undefined) return undefined;
  const timestampNs = allocationTimestamp ?? "0";
  if (typeof timestampNs !== "string" || !/^\d+$/.test(timestampNs)) return undefined;
  const metadata = isRecord(entry["metadata"]) ? entry["metadata"] : {};
  return {
    key: fromStockKey({
      networkName: String(networkName),
      containerID: String(containerID),
      ifName: String(ifName),
    }),
    pod: { namespace: textOf(metadata["k8sPodNamespace"]), name: textOf(metadata["k8sPodName"]) },
    address,
    assignedAtMs: msOf(timestampNs),
    timestampNs,
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function msOf(ns: string): number {
  return Number(BigInt(ns) / 1_000_000n);
}

function firstDouble(leases: readonly StockLease[]): Ip | undefined {
  const seen = new Set<Ip>();
  for (const { address } of leases) {
    if (seen.has(address)) return address;
    seen.add(address);
  }
  return undefined;
}

/** Leases as the VPC CNI would have written them. `allocationOf`: what {@link renderAllocation} makes of one. */
export function renderStockCheckpoint(
  leases: readonly SavedLease<Ip>[],
  allocationOf: (lease: SavedLease<Ip>) => string = renderAllocation,
): string {
  const allocations = leases.map((lease) => allocationOf(lease));
  return `{"version":"${STOCK_CHECKPOINT_VERSION}","allocations":[${allocations.join(",")}]}\n`;
}

/** One lease as the VPC CNI writes it. `known`: the time stamp that was read from its file for the lease's key. */
export function renderAllocation(
  { key, pod, address, assignedAtMs }: SavedLease<Ip>,
  known?: string,
): string {
  const family = typeof address === "number" ? "ipv4" : "ipv6";
  const head = JSON.stringify({ ...stockKeyOf(key), [family]: formatIp(address) });
  const metadata = JSON.stringify({
    ...named("k8sPodNamespace", pod.namespace),
    ...named("k8sPodName", pod.name),
    interfacesCount: 1,
  });
  const ns = timestampOf(known, assignedAtMs);
  return `${head.slice(0, -1)},"allocationTimestamp":${ns},"metadata":${metadata}}`;
}

/** The VPC CNI leaves out what is empty. */
function named(key: string, value: string): Record<string, string> {
  return value === "" ? {} : { [key]: value };
}

/** What was read, as long as it is of the same lease. */
function timestampOf(known: string | undefined, assignedAtMs: number): string {
  const ms = Math.round(assignedAtMs);
  return known !== undefined && msOf(known) === ms ? known : String(BigInt(ms) * 1_000_000n);
}
