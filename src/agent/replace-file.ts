import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { isRecord } from "./json.ts";

/** Writes a whole file so that readers, and a crash, see the old content or the new. Makes the directory if need be. */
export function replaceFile(file: string, content: string, mode = 0o600): void {
  const temporary = `${file}.tmp`;
  try {
    writeFileSync(temporary, content, { mode });
  } catch (error) {
    if (!isRecord(error) || error["code"] !== "ENOENT") throw error;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(temporary, content, { mode });
  }
  try {
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
