import { describe, expect, it } from "vitest";
import { scaledTime } from "../time/index.ts";
import { openWorkQueue } from "./index.ts";
import { newLineReader } from "./line-reader.ts";

const time = scaledTime({ speed: 1000, startMs: 0 });

describe("a work queue", () => {
  it("works once on what is added several times, and again on what is added meanwhile", async () => {
    const worked: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const queue = openWorkQueue({
      time,
      work: async (key) => {
        worked.push(key);
        await gate.promise;
      },
    });
    for (const key of ["a", "b", "a"]) queue.add(key);
    await expect.poll(() => worked).toEqual(["a"]);
    queue.add("a");
    queue.add("a");
    gate.resolve(undefined);
    await queue.idle();
    expect(worked).toEqual(["a", "b", "a"]);
  });

  it("works on as many keys at a time as it may", async () => {
    let working = 0;
    let most = 0;
    const queue = openWorkQueue({
      time,
      concurrency: 3,
      work: async () => {
        most = Math.max(most, ++working);
        await new Promise((resolve) => setImmediate(resolve));
        working--;
      },
    });
    for (let key = 0; key < 10; key++) queue.add(String(key));
    await queue.idle();
    expect(most).toBe(3);
  });

  it("tries again, ever later, what fails", async () => {
    const failures: string[] = [];
    const delays: number[] = [];
    const done = Promise.withResolvers<undefined>();
    const queue = openWorkQueue({
      time: {
        nowMs: () => 0,
        sleep: async (ms) => {
          delays.push(ms);
        },
      },
      work: async () => {
        if (failures.length < 20) throw new Error("not yet");
        done.resolve(undefined);
      },
      onError: (key, error) => failures.push(`${key}: ${(error as Error).message}`),
    });
    queue.add("a");
    await done.promise;
    expect(delays.slice(0, 4)).toEqual([5, 10, 20, 40]);
    expect(delays.at(-1)).toBe(1_000_000);
    expect(failures[0]).toBe("a: not yet");
  });

  it("counts the earliest of several delays, and nothing after it is closed", async () => {
    const worked: string[] = [];
    const queue = openWorkQueue({ time, work: async (key) => void worked.push(key) });
    queue.addAfter("late", 1_000_000_000);
    queue.addAfter("late", 1_000);
    queue.addAfter("late", 5_000);
    await expect.poll(() => worked).toEqual(["late"]);
    queue.addAfter("never", 1_000_000_000);
    queue.add("neither");
    await queue.close();
    queue.add("nor");
    await queue.idle();
    expect(worked).toEqual(["late"]);
  });
});

it("lines are cut at bytes, whatever the chunks", () => {
  const text = "{ä}\n\n{€uro}\n{last";
  const bytes = Buffer.from(text);
  for (let size = 1; size <= bytes.length; size++) {
    const lines: string[] = [];
    const read = newLineReader((line) => lines.push(line));
    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));
    expect(lines).toEqual(["{ä}", "{€uro}"]);
  }
});
