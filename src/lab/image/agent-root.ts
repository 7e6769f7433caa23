import { lstatSync, readlinkSync } from "node:fs";
import type { TarEntry } from "./tar.ts";

/** What programs of a distribution with a merged /usr are found through. */
const LINKS_INTO_USR = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"];

/**
 * The root of the agent's container: the machine's own links into /usr, so that its programs run there with /usr mounted, and
 * the usual empty directories. The agent needs Node, nft and their libraries, and a machine with a lab has them all.
 */
export function agentRoot(machineRoot = "/"): TarEntry[] {
  const links = LINKS_INTO_USR.flatMap((name): TarEntry[] => {
    const target = linkTarget(`${machineRoot}${name}`);
    return target === undefined ? [] : [{ kind: "symlink", path: name, target }];
  });
  const dirs = ["usr/", "etc/", "proc/", "sys/", "dev/", "run/", "var/"];
  return [
    ...dirs.map((path): TarEntry => ({ kind: "directory", path, mode: 0o755 })),
    { kind: "directory", path: "tmp/", mode: 0o1777 },
    { kind: "symlink", path: "var/run", target: "/run" },
    ...links,
  ];
}

function linkTarget(path: string): string | undefined {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isSymbolicLink() === true ? readlinkSync(path) : undefined;
}
