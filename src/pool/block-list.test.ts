import { expect, test } from "vitest";
import { addIpv4, parseIpv4 } from "../net/index.ts";
import { Block } from "./block.ts";
import { BlockList } from "./block-list.ts";

test("the first open block is found among more than one word of them, also after removals", () => {
  const base = parseIpv4("10.0.0.0");
  if (base === undefined) throw new Error("bad address");
  const list = new BlockList();
  const blocks = Array.from(
    { length: 70 },
    (_, n) => new Block({ base: addIpv4(base, n), bits: 32 }),
  );
  for (const block of blocks) list.add(block);
  for (const block of blocks) {
    expect(list.firstOpen()).toBe(block);
    list.assign(block, 0);
  }
  expect(list.firstOpen()).toBeUndefined();
  expect(list).toMatchObject({ total: 70, assigned: 70, unassigned: 0, idle: 0 });
  for (const block of blocks.slice(0, 30)) list.remove(block);
  const last = blocks[69];
  if (last === undefined) throw new Error("no block");
  list.forget(last, 0);
  expect(list.firstOpen()).toBe(last);
  expect(list).toMatchObject({ total: 40, assigned: 39, unassigned: 1, idle: 1 });
});
