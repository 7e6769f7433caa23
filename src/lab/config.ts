import { resolve } from "node:path";

/** Where a lab keeps its things on this machine. */
export interface LabConfig {
  /** One directory a lab is made below it. */
  readonly stateRoot: string;
  /** What programs of the lab (containerd, runc, nft, node) are looked up in. */
  readonly path: string;
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Reads the lab's variables:
 * `BERTH_LAB_STATE_DIR` (where labs keep their state; /run/berth/labs for root, else below XDG_RUNTIME_DIR or /tmp),
 * and `PATH`, to which the system's own directories are added, as sudo may have left them out.
 */
export function readLabConfig(
  env: Readonly<Record<string, string | undefined>>,
  user: { readonly uid: number },
): LabConfig {
  const told = env["BERTH_LAB_STATE_DIR"] ?? "";
  const own = `${env["XDG_RUNTIME_DIR"] ?? "/tmp"}/berth-${user.uid}/labs`;
  const standard = user.uid === 0 ? "/run/berth/labs" : own;
  return {
    // Absolute, because the lab's processes and later commands may be elsewhere.
    stateRoot: told === "" ? standard : resolve(told),
    path: env["PATH"] === undefined ? PATH : `${env["PATH"]}:${PATH}`,
  };
}
