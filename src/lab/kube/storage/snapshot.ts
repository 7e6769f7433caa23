import { createReadStream } from "node:fs";
import { mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { setImmediate } from "node:timers/promises";
import { BerthError } from "../../../base/index.ts";
import type { KubeObject } from "../kube-object.ts";
import { jsonText } from "./json-text.ts";
import { ObjectStore } from "./object-store.ts";

const FORMAT = "berth-kube/1";

// A crash loses the writes after the last snapshot. Clients may know their versions, so they must not be given again.
const VERSIONS_SKIPPED = 100_000;

const BATCH = 200;

/** What a snapshot holds beside the objects: texts that have to stay the same, such as keys. */
export type Keepsakes = Readonly<Record<string, string>>;

/** A snapshot that was read. */
export interface Snapshot {
  readonly store: ObjectStore;
  readonly keepsakes: Keepsakes;
}

interface Head {
  readonly format: string;
  readonly version: number;
  readonly keepsakes: Keepsakes;
}

/**
 * Writes the objects of this moment to a file that only its owner can read: all of them or none. Other work goes on
 * meanwhile, and objects are stored once stored, so the file shows one moment.
 */
export async function writeSnapshot(
  file: string,
  store: ObjectStore,
  keepsakes: Keepsakes,
): Promise<void> {
  const head: Head = { format: FORMAT, version: store.version, keepsakes };
  const lists = store
    .tables()
    .map((table) => ({ resource: table.resource, objects: table.list() }));
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.new`;
  const handle = await open(temporary, "w", 0o600);
  try {
    await handle.appendFile(`${JSON.stringify(head)}\n`);
    for (const { resource, objects } of lists) {
      for (let from = 0; from < objects.length; from += BATCH) {
        const lines = objects.slice(from, from + BATCH).map((object) => line(resource, object));
        // Unlike write, it goes on until everything is written, or says that the disk is full.
        await handle.appendFile(lines.join(""));
        await setImmediate();
      }
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
}

function line(resource: string, object: KubeObject): string {
  return `{"resource":${JSON.stringify(resource)},"object":${jsonText(object)}}\n`;
}

/** Reads a snapshot; undefined if there is no such file. Throws BerthError `badSnapshot` for one that can't be read. */
export async function readSnapshot(file: string): Promise<Snapshot | undefined> {
  const input = createReadStream(file);
  try {
    return await readLines(createInterface({ input, crlfDelay: Infinity }));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw new BerthError(
      "badSnapshot",
      `Cannot read the Kubernetes objects in ${file}: ${String(error)}`,
      {
        fix: "Remove the file to begin with an empty cluster, or put a copy back in its place.",
        facts: { file },
        cause: error,
      },
    );
  } finally {
    input.destroy();
  }
}

async function readLines(lines: AsyncIterable<string>): Promise<Snapshot> {
  let snapshot: Snapshot | undefined;
  for await (const text of lines) {
    if (snapshot === undefined) {
      const head = JSON.parse(text) as Head;
      if (head.format !== FORMAT) throw new Error(`its format is ${head.format}, not ${FORMAT}`);
      const store = new ObjectStore(head.version + VERSIONS_SKIPPED);
      snapshot = { store, keepsakes: head.keepsakes };
    } else {
      const { resource, object } = JSON.parse(text) as { resource: string; object: KubeObject };
      snapshot.store.tableNamed(resource).load(object);
    }
  }
  if (snapshot === undefined) throw new Error("it is empty");
  return snapshot;
}
