import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, normalize } from "node:path";
import { MountError, type ProjectedFile } from "./projected-file.ts";

const DATA = "..data";
const NEW_DATA = "..data_tmp";

/**
 * Writes the files of a volume so that a reader sees all of the old ones or all of the new ones: a directory of its own
 * behind the link `..data`, as Kubernetes' atomic writer does. Changes nothing when they are the same already.
 */
export function writeAtomically(dir: string, files: readonly ProjectedFile[]): boolean {
  for (const { path } of files) checkPath(path);
  mkdirSync(dir, { recursive: true });
  if (isSame(dir, files)) return false;
  const fresh = mkdtempSync(join(dir, "..data-"));
  chmodSync(fresh, 0o755);
  for (const { path, data, mode } of files) {
    const target = join(fresh, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, data);
    chmodSync(target, mode);
  }
  const old = currentData(dir);
  rmSync(join(dir, NEW_DATA), { force: true });
  symlinkSync(fresh.slice(dir.length + 1), join(dir, NEW_DATA));
  renameSync(join(dir, NEW_DATA), join(dir, DATA));
  const tops = new Set(files.map(({ path }) => normalize(path).split("/")[0] ?? ""));
  for (const top of tops) {
    if (!existsSync(join(dir, top))) {
      rmSync(join(dir, top), { force: true });
      symlinkSync(`${DATA}/${top}`, join(dir, top));
    }
  }
  for (const name of readdirSync(dir)) {
    if (!name.startsWith("..") && !tops.has(name)) rmSync(join(dir, name), { force: true });
  }
  if (old !== undefined) rmSync(join(dir, old), { recursive: true, force: true });
  return true;
}

function checkPath(path: string): void {
  const parts = normalize(path).split("/");
  if (path === "" || path.startsWith("/") || parts.includes("..") || path.startsWith("..")) {
    throw new MountError(`invalid path: must be relative and without "..": ${path}`);
  }
}

function currentData(dir: string): string | undefined {
  try {
    return readlinkSync(join(dir, DATA));
  } catch {
    return undefined;
  }
}

function isSame(dir: string, files: readonly ProjectedFile[]): boolean {
  const current = currentData(dir);
  if (current === undefined) return false;
  const known = readdirSync(join(dir, current), { recursive: true, withFileTypes: true });
  if (known.filter((entry) => entry.isFile()).length !== files.length) return false;
  return files.every(({ path, data }) => {
    const file = join(dir, current, path);
    return existsSync(file) && readFileSync(file).equals(data);
  });
}
