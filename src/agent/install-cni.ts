/** What `berth install-cni` does: the init container of the DaemonSet. */
export interface CniInstallation {
  /** The built relay. */
  readonly source: string;
  /** The runtime's directory of plugins. */
  readonly directory: string;
}

/** Copies the relay into the directory as `berth-cni`, so that a runtime finds the old one or the new one, never half of it. Returns its path. Throws BerthError. */
export function installCni(installation: CniInstallation): string {
  throw new Error(`being written: ${installation.directory}`);
}
