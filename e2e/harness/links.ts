import { execFileSync } from "node:child_process";

/** Counters of one link. */
export interface LinkCounters {
  readonly sentPackets: number;
}

/** The counters of a namespace's links by name, as `ip -s link` shows them. */
export function linkCounters(netns: string): Map<string, LinkCounters> {
  const text = execFileSync("nsenter", [`--net=${netns}`, "ip", "-j", "-s", "link"], {
    encoding: "utf8",
  });
  const links = JSON.parse(text) as { ifname: string; stats64: { tx: { packets: number } } }[];
  return new Map(links.map(({ ifname, stats64 }) => [ifname, { sentPackets: stats64.tx.packets }]));
}
