import { settingsConflict } from "./settings/conflicts.ts";
import { newVariableReader } from "./variable-reader.ts";
import type { Environment } from "./variable-reader.ts";

/** The runtime's directories, by Berth's names for them and by those of the VPC CNI. */
const NAMES = {
  conf: { own: "BERTH_CNI_CONF_DIR", stock: "HOST_CNI_CONFDIR_PATH" },
  bin: { own: "BERTH_CNI_BIN_DIR", stock: "HOST_CNI_BIN_PATH" },
} as const;

/** The runtime's directory of network lists or of plugins. Throws BerthError `settingsConflict` for two different ones. */
export function readCniDirectory(env: Environment, which: keyof typeof NAMES): string {
  const { own, stock } = NAMES[which];
  const read = newVariableReader(env);
  const ours = read.text(own);
  const theirs = read.text(stock);
  const given = (env[own]?.trim() ?? "") !== "";
  if (theirs !== undefined && given && ours !== theirs) {
    throw settingsConflict({
      variables: [own, stock],
      text: `${own}=${ours} and ${stock}=${theirs} are not valid together: they are two names of one directory`,
      fix: `Remove ${stock}, which is the VPC CNI's name for ${own}, or set both alike.`,
    });
  }
  return theirs ?? ours;
}
