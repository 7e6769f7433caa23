import packageJson from "../../../package.json" with { type: "json" };
import type { Family } from "./exposition.ts";
import { gauge, value } from "./instruments.ts";

/** The build and the process, under the names that Prometheus' own clients use. */
export function processFamilies(): Family[] {
  const { user, system } = process.cpuUsage();
  const build = { version: packageJson.version, goversion: `node ${process.version}` };
  return [
    gauge({ name: "awscni_build_info", help: "The agent's version, and what runs it" }, [
      { labels: build, value: 1 },
    ]),
    {
      name: "process_cpu_seconds_total",
      help: "Total user and system CPU time spent in seconds.",
      type: "counter",
      samples: value((user + system) / 1e6),
    },
    gauge(
      { name: "process_resident_memory_bytes", help: "Resident memory size in bytes." },
      value(process.memoryUsage.rss()),
    ),
    gauge(
      {
        name: "process_start_time_seconds",
        help: "Start time of the process since unix epoch in seconds.",
      },
      value(performance.timeOrigin / 1000),
    ),
  ];
}
