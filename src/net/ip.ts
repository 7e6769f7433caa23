import { formatIpv4, type Ipv4, parseIpv4 } from "./ipv4.ts";
import { formatIpv6, type Ipv6, parseIpv6 } from "./ipv6.ts";

/** An address of either family; its JavaScript type tells which. */
export type Ip = Ipv4 | Ipv6;

/** The address as text. */
export function formatIp(ip: Ip): string {
  return typeof ip === "number" ? formatIpv4(ip) : formatIpv6(ip);
}

/** Reads an address of either family; undefined for anything else. */
export function parseIp(text: string): Ip | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}
