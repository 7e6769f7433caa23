import { closeSync, mkdirSync, openSync, type Stats, statSync } from "node:fs";
import { MountError } from "./projected-file.ts";

/**
 * Checks, or makes, what a volume of kind hostPath stands for. `type` is Kubernetes' (`DirectoryOrCreate`, `Socket` …);
 * without one nothing is checked, but the runtime makes a directory of what is missing. `shown` is the path in the pod.
 */
export function prepareHostPath(path: string, type: string, shown: string): void {
  switch (type) {
    case "DirectoryOrCreate":
      if (statOf(path) === undefined) mkdirSync(path, { recursive: true, mode: 0o755 });
      check(statOf(path)?.isDirectory(), `${shown} is not a directory`);
      return;
    case "Directory":
      check(statOf(path)?.isDirectory(), `${shown} is not a directory`);
      return;
    case "FileOrCreate":
      if (statOf(path) === undefined) createFile(path);
      check(statOf(path)?.isFile(), `${shown} is not a file`);
      return;
    case "File":
      check(statOf(path)?.isFile(), `${shown} is not a file`);
      return;
    case "Socket":
      check(statOf(path)?.isSocket(), `${shown} is not a socket file`);
      return;
    case "CharDevice":
      check(statOf(path)?.isCharacterDevice(), `${shown} is not a character device`);
      return;
    case "BlockDevice":
      check(statOf(path)?.isBlockDevice(), `${shown} is not a block device`);
      return;
    default:
      if (statOf(path) === undefined) mkdirSync(path, { recursive: true, mode: 0o755 });
  }
}

function createFile(path: string): void {
  try {
    closeSync(openSync(path, "a", 0o644));
  } catch {
    throw new MountError(`hostPath type check failed: ${path} cannot be made`);
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function check(holds: boolean | undefined, what: string): void {
  if (holds !== true) throw new MountError(`hostPath type check failed: ${what}`);
}
