import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { parseIpv4 } from "../net/index.ts";
import type { Lease } from "../pool/index.ts";
import type { Boot } from "./boot.ts";
import { newCheckpoint } from "./checkpoint.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { newDirectory, removeDirectory } from "./tiny-agent.ts";
import { INSTANCE, must } from "./tiny-instance.ts";

const BOOT: Boot = { id: "boot-1", startedAtMs: 1_000_000 };
const directories: string[] = [];

function directory(): string {
  const made = newDirectory();
  directories.push(made);
  return made;
}

afterEach(() => {
  for (const made of directories.splice(0)) removeDirectory(made);
});

function lease(name: string, address: string): Lease {
  return {
    key: `berth/${name}/eth0`,
    pod: { namespace: "default", name },
    address: must(parseIpv4(address)),
    eniId: INSTANCE.primaryEni,
    deviceIndex: 0,
    assignedAtMs: 5,
  };
}

function checkpointOf(file: string, leases: readonly Lease[], boot: Boot = BOOT): Checkpoint {
  return newCheckpoint({ file, boot, leases: () => leases });
}

describe("a checkpoint", () => {
  test("gives back what was written, in a directory that it makes", async () => {
    const file = join(directory(), "deep", "checkpoint.json");
    const leases = [lease("a", "10.0.1.20"), lease("b", "10.0.1.21")];
    await checkpointOf(file, leases).commit();
    const { key, pod, address, assignedAtMs } = must(leases[0]);
    expect(checkpointOf(file, []).load()[0]).toEqual({ key, pod, address, assignedAtMs });
    expect(checkpointOf(file, []).load()).toHaveLength(2);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test("fifty commits of one turn are one write, and each sees its own lease in the file", async () => {
    const file = join(directory(), "checkpoint.json");
    const leases: Lease[] = [];
    let writes = 0;
    const checkpoint = newCheckpoint({
      file,
      boot: BOOT,
      leases: () => {
        writes++;
        return leases;
      },
    });
    const commits = Array.from({ length: 50 }, async (_, index) => {
      leases.push(lease(`pod-${index}`, `10.0.1.${index + 20}`));
      await checkpoint.commit();
      expect(readFileSync(file, "utf8")).toContain(`"pod-${index}"`);
    });
    await Promise.all(commits);
    expect(writes).toBe(1);
  });

  test("is empty when there is no file, and when the file is of an earlier boot", async () => {
    const file = join(directory(), "checkpoint.json");
    expect(checkpointOf(file, []).load()).toEqual([]);
    await checkpointOf(file, [lease("a", "10.0.1.20")]).commit();
    expect(checkpointOf(file, [], { ...BOOT, id: "boot-2" }).load()).toEqual([]);
  });

  test("that is broken ends the start, unless it was broken before this boot", () => {
    const file = join(directory(), "checkpoint.json");
    writeFileSync(file, "");
    expect(() => checkpointOf(file, []).load()).toThrow(/Cannot take over the checkpoint/);
    utimesSync(file, 1, 1);
    expect(checkpointOf(file, []).load()).toEqual([]);
  });

  test.each([
    { name: "another version", content: { version: "vpc-cni-ipam/1", allocations: [] } },
    { name: "no boot", content: { version: "berth-checkpoint/1", leases: [] } },
    {
      name: "leases that are none",
      content: { version: "berth-checkpoint/1", bootId: "boot-1", leases: [7] },
    },
    {
      name: "a lease without key",
      content: { version: "berth-checkpoint/1", bootId: "boot-1", leases: [{}] },
    },
    {
      name: "a lease with a bad address",
      content: {
        version: "berth-checkpoint/1",
        bootId: "boot-1",
        leases: [{ key: "k", namespace: "n", pod: "p", address: "10.0.0", assignedAtMs: 1 }],
      },
    },
  ])("with $name is refused", ({ content }) => {
    const file = join(directory(), "checkpoint.json");
    writeFileSync(file, JSON.stringify(content));
    expect(() => checkpointOf(file, []).load()).toThrow(
      /it is not a checkpoint of berth-checkpoint\/1/,
    );
  });

  test("that can't be written rejects and leaves nothing behind", async () => {
    const where = directory();
    const file = join(where, "checkpoint.json");
    mkdirSync(join(file, "taken"), { recursive: true });
    await expect(checkpointOf(file, []).commit()).rejects.toMatchObject({
      code: "checkpointUnwritable",
    });
    expect(readdirSync(where)).toEqual(["checkpoint.json"]);
    expect(() => checkpointOf(file, []).load()).toThrow(/can't be read/);
  });
});

describe("a process killed with SIGKILL while it writes", () => {
  test.each([1, 2, 3, 4, 5])("loses and doubles no lease (kill %d)", async (turn) => {
    const file = join(directory(), "checkpoint.json");
    const said = await runAndKill(file, 100 + 37 * turn);
    const saved = checkpointOf(file, []).load();
    const durable = new Map<string, number>();
    const releasing = new Set<string>();
    for (const line of said) {
      const [name = "", address = ""] = line.slice(1).split(" ");
      if (line.startsWith("+")) durable.set(name, Number(address));
      else releasing.add(name);
    }
    expect(durable.size).toBeGreaterThan(0);
    const inFile = new Map(saved.map(({ key, address }) => [key, address]));
    expect(new Set(inFile.values()).size).toBe(saved.length);
    for (const [name, address] of durable) {
      if (!releasing.has(name)) expect([name, inFile.get(name)]).toEqual([name, address]);
    }
  });
});

/** Runs the writer until it has said something for `afterMs`, kills it, and gives back the lines it completed. */
async function runAndKill(file: string, afterMs: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "checkpoint-writer.ts"), file], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    if (output === "") setTimeout(() => child.kill("SIGKILL"), afterMs);
    output += part;
  });
  await new Promise((resolve) => child.once("close", resolve));
  return output.split("\n").slice(0, -1);
}
