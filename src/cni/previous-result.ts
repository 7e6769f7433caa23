import { parseIp } from "../net/index.ts";
import type { Ip } from "../net/index.ts";
import { isRecord } from "./json.ts";

/** What an earlier ADD answered, as the runtime hands it back in `prevResult`. */
export interface PreviousResult {
  readonly interfaces: readonly PreviousInterface[];
  readonly ips: readonly PreviousIp[];
}

/** One entry of `interfaces`. Texts are empty where the result has none. */
export interface PreviousInterface {
  readonly name: string;
  readonly mac: string;
  readonly sandbox: string;
}

/** One entry of `ips`. */
export interface PreviousIp {
  /** The address with its prefix length, as written. */
  readonly address: string;
  /** Position in `interfaces`, or undefined where the result does not say. */
  readonly interfaceIndex: number | undefined;
}

/** The wiring of a pod, read back from a result. */
export interface PreviousWiring {
  readonly address: Ip;
  /** Route table of the pod's ENI; undefined for results of old plugins, which do not carry it. */
  readonly routeTable: number | undefined;
}

/** Reads `prevResult` of CNI 0.3.0 or newer; undefined when its form is not that of a result. */
export function parsePreviousResult(value: unknown): PreviousResult | undefined {
  if (!isRecord(value)) return undefined;
  const interfaces = value["interfaces"] ?? [];
  const ips = value["ips"] ?? [];
  if (!Array.isArray(interfaces) || !interfaces.every(isRecord)) return undefined;
  if (!Array.isArray(ips) || !ips.every(isRecord)) return undefined;
  return { interfaces: interfaces.map(readInterface), ips: ips.map(readIp) };
}

function readInterface(entry: Record<string, unknown>): PreviousInterface {
  return { name: text(entry["name"]), mac: text(entry["mac"]), sandbox: text(entry["sandbox"]) };
}

function readIp(entry: Record<string, unknown>): PreviousIp {
  const index = entry["interface"];
  return {
    address: text(entry["address"]),
    interfaceIndex: typeof index === "number" ? index : undefined,
  };
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/**
 * The pod's address and route table in a result. Amazon's VPC CNI (v1.20 and later) writes the table as decimal
 * text where the container interface's MAC belongs; Berth does the same, so that either deletes the other's pods.
 */
export function findWiring(previous: PreviousResult, ifName: string): PreviousWiring | undefined {
  const index = previous.interfaces.findIndex(
    ({ name, sandbox }) => name === ifName && sandbox !== "",
  );
  const ip = previous.ips.find(({ interfaceIndex }) => index >= 0 && interfaceIndex === index);
  const address = parseIp(ip?.address.split("/")[0] ?? "");
  if (address === undefined) return undefined;
  const mac = previous.interfaces[index]?.mac ?? "";
  return { address, routeTable: /^\d+$/.test(mac) ? Number(mac) : undefined };
}
