import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createNetns, deleteNetns } from "../src/dataplane/index.ts";
import { memoryDir } from "./memory-dir.ts";
import { withPlugin } from "./plugin-call.ts";
import { wirePods, type WiringTimes } from "./pod-namespaces.ts";

/** Where Debian's package containernetworking-plugins puts them. */
const PTP = "/usr/lib/cni/ptp";
const HOST = "berth-bench-host";

/** ADD and DEL of the standard plugins `ptp` with `host-local`, in a namespace that stands for the node. */
export function timePeerPlugins(pods: number): WiringTimes {
  const dataDir = mkdtempSync(join(memoryDir(), "berth-bench-ipam-"));
  const hostNetns = createNetns(HOST);
  // Nothing leaves that namespace: it has no link but those that the plugin makes.
  const config = {
    cniVersion: "1.0.0",
    name: "bench",
    type: "ptp",
    ipam: { type: "host-local", dataDir, subnet: "10.77.0.0/16", routes: [{ dst: "0.0.0.0/0" }] },
  };
  try {
    return withPlugin({ program: PTP, hostNetns, config, env: {} }, (call) =>
      wirePods(pods, { call, namespaces: { make: createNetns, remove: deleteNetns } }),
    );
  } finally {
    deleteNetns(HOST);
    rmSync(dataDir, { recursive: true, force: true });
  }
}
