import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { BerthError } from "../base/index.ts";
import { PLUGIN_TYPE } from "../cni/index.ts";
import { readCniDirectory } from "./cni-directories.ts";
import type { Environment } from "./variable-reader.ts";

/** What `berth install-cni` does: the init container of the DaemonSet. */
export interface CniInstallation {
  /** The built relay. */
  readonly source: string;
  /** The runtime's directory of plugins is in `BERTH_CNI_BIN_DIR`. */
  readonly environment: Environment;
}

/**
 * Copies the relay into the runtime's directory as `berth-cni`, so that a runtime finds the old one or the new one, never
 * half of it, also while the old one runs. Returns its path. Throws BerthError `cniNotInstalled`.
 */
export function installCni({ source, environment }: CniInstallation): string {
  const directory = readCniDirectory(environment, "bin");
  const target = join(directory, PLUGIN_TYPE);
  // Runtimes look for plugins by their whole names.
  const temporary = join(directory, `.${PLUGIN_TYPE}.${process.pid}`);
  try {
    mkdirSync(directory, { recursive: true });
    copyFileSync(source, temporary);
    chmodSync(temporary, 0o755);
    renameSync(temporary, target);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BerthError("cniNotInstalled", `Cannot copy ${source} to ${target}: ${why}.`, {
      fix: "Check that the plugin was built (npm run setup) and that BERTH_CNI_BIN_DIR, the node's directory of CNI plugins, is mounted and writable.",
      facts: { source, target },
      cause,
    });
  }
  return target;
}
