import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CONFLIST_FILE } from "../../cni/index.ts";

/** The VPC CNI's network list. Runtimes take the first file in alphabetical order, which it would be. */
export const STOCK_CONFLIST = "10-aws.conflist";
/** Its name while Berth is there: runtimes read `.conf`, `.conflist` and `.json` only. */
const SET_ASIDE = `${STOCK_CONFLIST}.replaced-by-berth`;

/** Sets the VPC CNI's network list aside, after Berth's own is there, so that a node is never without one. */
export function setStockListAside(confDir: string): "setAside" | "absent" {
  const list = join(confDir, STOCK_CONFLIST);
  if (!existsSync(list)) return "absent";
  renameSync(list, join(confDir, SET_ASIDE));
  return "setAside";
}

/** Lets the VPC CNI's plugin go on wiring pods: its network list is the runtime's, beside Berth's own. */
export function letStockListBe(confDir: string): "there" | "absent" {
  const list = join(confDir, STOCK_CONFLIST);
  const aside = join(confDir, SET_ASIDE);
  if (!existsSync(list) && existsSync(aside)) renameSync(aside, list);
  return existsSync(list) ? "there" : "absent";
}

/**
 * Puts the VPC CNI's list back and takes Berth's away. Without a list that was set aside Berth's stays, so that the node
 * has one; the VPC CNI writes its own when it starts, and runtimes take that one then.
 */
export function putStockListBack(confDir: string): "putBack" | "there" | "absent" {
  const list = join(confDir, STOCK_CONFLIST);
  const aside = join(confDir, SET_ASIDE);
  const there = existsSync(list);
  if (!there && !existsSync(aside)) return "absent";
  // One that the VPC CNI has written meanwhile is the newer one.
  if (there) rmSync(aside, { force: true });
  else renameSync(aside, list);
  rmSync(join(confDir, CONFLIST_FILE), { force: true });
  return there ? "there" : "putBack";
}
