import { existsSync } from "node:fs";
import { BerthError } from "../../base/index.ts";
import { deleteNetns } from "../../dataplane/index.ts";
import { removeCgroup } from "../host/cgroup.ts";
import { below, endMachines } from "../nodes/machine-remains.ts";
import type { StateDir } from "./state-dir.ts";

/**
 * Removes all that a lab has made: processes, mounts, network namespaces, cgroups, files. Needs nothing but the lab's
 * directory, so it works after any crash, and again after a clean-up that was itself cut short.
 */
export async function cleanUp(dir: StateDir): Promise<void> {
  // A lab of the same name may have another directory; what is its own must not be touched.
  if (!existsSync(dir.path) && dir.rememberedNetns().length === 0) return;
  const { cgroup } = dir;
  const dirs = below(dir.path, ["nodes", "*"]);
  await endMachines({ dirs, cgroup, mountRoot: dir.path });
  for (const name of dir.rememberedNetns()) deleteNetns(name);
  if (!(await removeCgroup(cgroup))) {
    throw new BerthError("labDown", `Cannot remove the lab's cgroup ${cgroup.path}.`, {
      fix: "Something in it is still ending; run `berth lab down` again in a moment.",
      facts: { dirs: cgroup.dirs },
    });
  }
  dir.remove();
}
